"""Read the codes that people and programs write: the one reader of a code of ISCO-08.

Corrections, the comparison with given codes, ``isco evaluate`` and ``isco train`` read every code
here. A code may have its title, a prefix (``ISCO-08 7212``, ``C7212``), the marks of a spreadsheet
(``="7212"``, ``7212.0``), a lost or an added zero, or a national sub-code (``7212.1``). What can be
read in two ways is not read: it is returned with the reason.

Sources: International Labour Organization, ISCO-08 (``isco08.csv``) and ISCO-88 (the 390 unit
groups, ``isco88.csv``).
"""
