"""The job of the last seven days is the one that people have; that of twelve months comes after."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.columns.header_names import Match, match, names_another
from core.csv_table import Table, open_table
from core.settings_file.text_columns import DUTIES, JOB_TITLE

# The job of the week, of the year, and the tasks of the year.
QUESTIONS = """\
Main occupation in the last 7 days | Main occupation in the last 12 months | Main tasks (12 months)
occupation_7d | occupation_12m | tasks_12m
Job in the past 7 days | Job in the past 12 months | Tasks in the past 12 months
Emploi principal des 7 derniers jours | Emploi au cours des 12 derniers mois | Tâches 12 mois
Quelle profession exerce [nom] (7 derniers jours) | Profession (12 derniers mois) | Tâches 12 mois
Ocupación principal en los últimos 7 días | OCUPACION PRINCIPAL (12 MESES) | Tareas (12 meses)
Trabajo principal de la semana pasada | Trabajo en los últimos doce meses | Tareas (12 meses)
Ocupação principal nos últimos 7 dias | Ocupação principal nos últimos 12 meses | Tarefas (12 meses)
المهنة خلال الأيام السبعة الماضية | المهنة خلال 12 شهرا الماضية | المهام خلال 12 شهرا الماضية
Beruf in den letzten 7 Tagen | Beruf in den letzten 12 Monaten | Aufgaben (12 Monate)
Beruf (letzte 7 Tage) | Beruf in den letzten 12 Monaten | Aufgaben in den letzten 12 Monaten
Beruf letzte 7 Tage | Beruf vergangene 12 Monate | Aufgaben vergangene 12 Monate
Ausgeübter Beruf (letzten 7 Tage) | Beruf (letzte 12 Monate) | Aufgaben (letzte 12 Monate)
Zawód (ostatnie 7 dni) | Zawód (ostatnie 12 miesięcy) | Zadania (ostatnie 12 miesięcy)
Ammatti (viimeiset 7 päivää) | Ammatti (viimeiset 12 kuukautta) | Tehtävät (12 kuukautta)
Yrke (senaste 7 dagar) | Yrke (senaste 12 månader) | Arbetsuppgifter (senaste 12 månader)
Foglalkozás (elmúlt 7 nap) | Foglalkozás (elmúlt 12 hónap) | Feladatok (elmúlt 12 hónap)
Professione negli ultimi 7 giorni | Professione negli ultimi 12 mesi | Mansioni (12 mesi)
Pekerjaan seminggu terakhir | Pekerjaan dalam 12 bulan terakhir | Tugas (12 bulan)
Профессия за последние 7 дней | Профессия за последние 12 месяцев | Обязанности (12 месяцев)"""


# The job, and that of a year ago.
A_YEAR_AGO = """\
Occupation | Occupation 12 months ago
Occupation last 7 days | Job 12 months ago
Beruf | Beruf vor 12 Monaten
Beruf in den letzten 12 Monaten | Beruf vor zwölf Monaten
Profession | Profession il y a 12 mois
Emploi actuel | Emploi (il y a 12 mois)
Ocupación actual | Ocupación hace 12 meses
Professione | Professione 12 mesi fa
Profissão | Profissão há 12 meses
Beroep | Beroep 12 maanden geleden
Zawód | Zawód 12 miesięcy temu
Ocupația | Ocupația acum 12 luni
Povolání | Povolání před 12 měsíci
Povolanie | Povolanie pred 12 mesiacmi
Poklic | Poklic pred 12 meseci
Zanimanje | Zanimanje prije 12 mjeseci
Foglalkozás | Foglalkozás 12 hónappal ezelőtt
Професия | Професия преди 12 месеца
Επάγγελμα | Επάγγελμα πριν από 12 μήνες
Profesija | Profesija prieš 12 mėnesių
Profesija | Profesija pirms 12 mēnešiem
Amet | Amet 12 kuud tagasi
Ammatti | Ammatti 12 kuukautta sitten
Yrke | Yrke för 12 månader sedan
Stilling | Stilling for 12 måneder siden
Yrke | Yrke for 12 måneder siden
Starf | Starf fyrir 12 mánuðum
Post | Post 12 mhí ó shin
Professjoni | Professjoni 12-il xahar ilu
المهنة | المهنة قبل 12 شهرا
Pekerjaan | Pekerjaan 12 bulan yang lalu
Meslek | Meslek 12 ay önce
Профессия | Профессия 12 месяцев назад
Професія | Професія 12 місяців тому"""


def _table(tmp_path: Path, *names: str) -> Table:
    path = tmp_path / "survey.csv"
    values = ["nurse", "fisherman", "mends nets"][: len(names)]
    path.write_text(f"id,{','.join(names)}\n1,{','.join(values)}\n", encoding="utf-8")
    return open_table(path, {JOB_TITLE: [], DUTIES: []}, [JOB_TITLE])


@pytest.mark.parametrize("line", QUESTIONS.splitlines())
def test_the_job_of_the_week_is_read_without_the_duties_of_the_year(
    line: str, tmp_path: Path
) -> None:
    week, year, tasks = line.split(" | ")
    table = _table(tmp_path, year, week, tasks)
    assert table.columns == {JOB_TITLE: 2}
    assert table.other_columns[JOB_TITLE] == [year]


@pytest.mark.parametrize("line", QUESTIONS.splitlines())
def test_the_job_of_the_year_is_read_where_there_is_no_other(line: str, tmp_path: Path) -> None:
    _, year, tasks = line.split(" | ")
    assert _table(tmp_path, year, tasks).columns == {JOB_TITLE: 1, DUTIES: 2}


def test_a_name_for_both_is_the_duties_beside_one_for_titles_alone(tmp_path: Path) -> None:
    names = ["Tätigkeit in den letzten 12 Monaten", "Beruf in den letzten 12 Monaten"]
    assert _table(tmp_path, *names).columns == {JOB_TITLE: 2, DUTIES: 1}


@pytest.mark.parametrize(
    "header",
    [
        "Previous occupation in the last 12 months",
        "Second occupation in the last 12 months",
        "Occupation of the head in the last 7 days",
        "Última ocupación",
        "Dernière profession",
        "Letzter Beruf",
        "Beruf vergangener Jahre",
    ],
)
def test_a_former_job_and_that_of_another_stay_out(header: str) -> None:
    assert match(header, JOB_TITLE) is None


def test_the_number_of_a_question_is_no_period() -> None:
    assert match("12m. Occupation", JOB_TITLE) == (Match.SPECIFIC, 1)


@pytest.mark.parametrize("line", A_YEAR_AGO.splitlines())
def test_the_job_of_a_year_ago_is_none_of_now_and_is_named(line: str, tmp_path: Path) -> None:
    now, ago = line.split(" | ")
    assert match(ago, JOB_TITLE) is None
    table = _table(tmp_path, ago, now)
    assert table.columns == {JOB_TITLE: 2} and table.other_columns == {}
    assert table.notes == [f"not read as job titles, since their names say something else: {ago!r}"]


@pytest.mark.parametrize(
    "ago",
    ["Job 6 months ago", "Beruf vor 3 Monaten", "Emploi il y a 6 mois", "Trabajo hace 2 meses"],
)
def test_any_time_ago_is_a_former_one(ago: str) -> None:
    assert match(ago, JOB_TITLE) is None and names_another(ago, JOB_TITLE)


# The first has the job, the second goes on with another period and names no job.
FOLLOW_UPS = """\
What was your occupation in the last 7 days? | And in the last 12 months?
Occupation (last 7 days) | And over the past 12 months?
Occupation | Last 12 months
Was war Ihr Beruf in den letzten 7 Tagen? | Und in den letzten 12 Monaten?
Quelle est votre profession (7 derniers jours) ? | Et au cours des 12 derniers mois ?
Profession | Et pendant les douze derniers mois ?
Ocupación en los últimos 7 días | ¿Y en los últimos 12 meses?
Professione negli ultimi 7 giorni | E negli ultimi 12 mesi?
Profissão nos últimos 7 dias | E nos últimos 12 meses?
Beroep in de afgelopen 7 dagen | En in de afgelopen 12 maanden?
Zawód (ostatnie 7 dni) | A w ciągu ostatnich 12 miesięcy?
Yrke (senaste 7 dagarna) | Och under de senaste 12 månaderna?
Povolání (posledních 7 dní) | A za posledních 12 měsíců?
Профессия за последние 7 дней | А за последние 12 месяцев?"""


@pytest.mark.parametrize("names", FOLLOW_UPS.splitlines())
def test_a_question_that_goes_on_with_another_period_is_named(names: str, tmp_path: Path) -> None:
    title, follow_up = names.split(" | ")
    table = _table(tmp_path, title, follow_up)
    assert table.header[table.columns[JOB_TITLE]] == title
    assert table.other_columns == {JOB_TITLE: [follow_up]}


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Occupation (7 days),And 12 months ago?", "nurse,cook"),
        ("Occupation (7 days),And in the last 12 months?", "nurse,yes"),
        ("Occupation (7 days),Industry,And in the last 12 months?", "nurse,health,fishing"),
        ("Occupation (7 days),Hours in the last 12 months", "nurse,few"),
    ],
)
def test_other_columns_of_a_period_are_not(header: str, row: str, tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text(f"{header}\n{row}\n", encoding="utf-8")
    assert open_table(path, {JOB_TITLE: [], DUTIES: []}, [JOB_TITLE]).other_columns == {}
