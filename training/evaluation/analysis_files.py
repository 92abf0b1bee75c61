"""The names of what is in ``error_analysis/``, for whoever writes it and whoever shows it."""

ERROR_ANALYSIS = "error_analysis"

CONFUSED_PAIRS = "confused_pairs.csv"
ERROR_RATES = "error_rates_by_group.csv"
MISCLASSIFICATIONS = "misclassifications.csv"
NEVER_PREDICTED = "never_predicted.csv"
CONFUSION = "confusion.csv"
N_EXAMPLES = 3

CONFUSION_MAJOR = "confusion_major.svg"
CONFUSION_MATRIX = "confusion_matrix.png"
CONFUSION_SUB_MAJOR = "confusion_sub_major.svg"
RELIABILITY = "reliability.svg"
PRODUCTION = "production.svg"
