"""What people of several countries type where they have no occupation."""

from __future__ import annotations

import re

import pytest

from core.non_answers.known_texts import NonAnswerKind, built_in_non_answers
from core.non_answers.repeat_marks import is_repeat_mark
from core.text import join

NOT_WORKING = """\
syntaxiouxos | sintaxiouhos | OIKIAKA | oikiaka | noikokyra | anergos | foititria
ANEPΓOΣ | με αναπηρική σύνταξη | ΣΕ ΑΔΕΙΑ ΑΝΑΤΡΟΦΗΣ | δε δουλεύω | ταμείο ανεργίας
työeläkkeellä | pitkäaikaistyötön | kotihoidontuella | opiskelija AMK | vårdledig
pensionista de viuvez | à procura do 1º emprego | s/ profissão | cuida dos netos | recebe RSI
tomo conta da minha mãe | vive de rendimentos | concurseira | recém-licenciada
gk kerja | blm ada kerjaan | pensiunan Polri | kelas 3 SD | momong cucu | baru lulus
inv. dôch. | evidovaná na ÚP | stará sa o matku | prijavljen na HZZ | status njegovatelja"""

# A pension of a survivor, the search for a first job, care for a relative, graduates, by language.
WITHOUT_WORK = """\
survivor's pension | first-time job seeker | unpaid carer | recent graduate
Witwenrente | bezieht Arbeitslosengeld | in Grundsicherung | Schulabgänger
pension de réversion | cherche premier emploi | allocation chômage | jeune diplômé
pensión de viudedad | busca primer empleo | subsidio de desempleo | recién graduado
pensione di reversibilità | in attesa di prima occupazione | in NASPI | neolaureato
pensão de sobrevivência | 1º emprego | recém-formada
nabestaandenpensioen | mantelzorg | schoolverlater | renta rodzinna
vdovský důchod | pečuje o osobu blízkou | absolventka | vdovský dôchodok | opatruje príbuzného
družinska pokojnina | iskalec prve zaposlitve | obiteljska mirovina
traži prvo zaposlenje | njeguje majku | pensie de urmaș | ajutor de șomaj | özvegyi nyugdíj
álláskeresési járadék | наследствена пенсия | гледа майка си | ζητά πρώτη εργασία
našlių pensija | bedarbio pašalpa | apgādnieka zaudējuma pensija | toitjakaotuspension
eelpension | leskeneläke | vastavalmistunut | änkepension | nyexaminerad | enkepension
dimittend | etterlattepensjon | nyutdannet | ekkjulífeyrir | nýútskrifaður | خريج جديد
إعانة بطالة | pensjoni tar-romol | benefiċċju tal-qgħad | pinsean baintrí | pensiunan janda"""
NOT_STATED = """\
den ksero | ΟΥΔΕΝ | ΔΞΔΑ | ό,τι βρω | igasuguseid töid | nggak tau
tdk tau | ga ada | gamau jawab | ikut ortu | não quis responder | SSS | nema zanimanja"""
STATUS = """\
idiotikos ypallilos | dhmosios ypallhlos | Δ.Υ. | Ελ. Επαγγελματίας | περιστασιακά | P3K
ylempi toimihenkilö | ammatinharjoittaja | sijainen | julkinen sektori
func. público | trabalhador-estudante | estagiária IEFP | MEI | patroa | kary. swasta | PHL
peg. negeri | karyawan BUMD | pracujúci študent | honorarno | vlasnica obrta | Werkstudent"""
ABOVE = """\
όπως άνω | ίδιο με πάνω | kts. edellinen | ks. edellä | vt eelmist | o mesmo de cima | vide supra
igual ao anterior | sda | sama dgn atas | sm dg di atas | ako hore | jako nahoře | isto ko gore
isto | enako | detto | to isté | totéž | to samo | lo stesso | hetzelfde | pareil | la misma | igual
mesma profissão | la fel | ugyanaz | същото | το ίδιο | tas pats | ta pati | samuti | samoin | samma
samme | sömuleiðis | l-istess | mar an gcéanna | نفس المهنة | sama | same again"""
JOBS = """\
λογιστής σε σύνταξη εγγράφων | σύνταξη κειμένων | syntaktis | sijaisopettaja | sijainen opettaja
julkisen sektorin asiantuntija | oikiaki boithos | υπάλληλος ΕΣΠΑ ταμείο
guru SD | kepala sekolah SMA | pensiunan guru | jaga toko | tukang | técnico superior
patrão de pesca | cuidador de idosos | cuidadora | gerente de RSI | caregiver | kv radnik
omaishoitaja | family carer | PKL
pflegende Angehörige | obrtnik | proche aidant"""


def of(texts: str) -> list[str]:
    return re.split(r"\s+\|\s+|\n", texts)


@pytest.mark.parametrize("text", of(f"{NOT_WORKING} | {WITHOUT_WORK}"))
def test_no_work(text: str) -> None:
    assert built_in_non_answers().find(join(text)) is NonAnswerKind.NOT_WORKING


@pytest.mark.parametrize("text", of(STATUS))
def test_a_status(text: str) -> None:
    assert built_in_non_answers().find(join(text)) is NonAnswerKind.STATUS


@pytest.mark.parametrize("text", of(f"{NOT_STATED} | {ABOVE}"))
def test_nothing_of_the_work(text: str) -> None:
    assert built_in_non_answers().find(join(text)) is NonAnswerKind.NOT_STATED


@pytest.mark.parametrize("text", of(ABOVE))
def test_a_mark_for_the_title_above(text: str) -> None:
    assert is_repeat_mark(text)


@pytest.mark.parametrize("text", of(JOBS))
def test_a_job_with_such_words_is_an_answer(text: str) -> None:
    assert built_in_non_answers().find(join(text)) is None
