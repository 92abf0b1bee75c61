"""Exports of survey programs and of labour force surveys: the column that a person would take."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest

from core.columns.header_names import match
from core.csv_table import open_table
from core.errors import InputError
from core.non_answers.answers_beside import AnswersBeside
from core.settings import Columns
from tests.core.listed_texts import listed
from tests.support.opened_table import counted_notes, opened_table

ALIASES = Columns().model_dump()
TITLES = ["school nurse", "bus driver", "pastry cook", "roof tiler", "bank clerk"]
DUTIES = ["cares for pupils", "drives line 7", "bakes cakes", "covers roofs", "serves customers"]
FATHERS = ["farmer", "teacher", "miner", "soldier", "clerk"]
TIMES = [f"2026-03-0{n} 10:15:00" for n in range(1, 6)]
IDS = [f"uuid:3f{n}a-77{n}c" for n in range(1, 6)]
NUMBERS = list("12345")
CODES = ["2221", "8331", "7512", "7121", "4211"]
CHECKS = list("01011")
ANSWERS = ["Yes", "No", "Yes", "Yes", "No"]
PLACES = ["hospital", "transport company", "bakery", "construction", "bank"]
NOTHING = [""] * 5

# Age, job, duties, industry, a second job, the father's job; in the language of a survey.
QUESTIONS = {
    "en": "How old are you?|What is your main occupation?|Please describe what you do at work."
    "|Which industry do you work in?|Do you have a second job?|What was your father's occupation?",
    "de": "Wie alt sind Sie?|Welchen Beruf üben Sie derzeit aus?|Was machen Sie bei dieser Arbeit?"
    "|In welcher Branche sind Sie?|Haben Sie einen Nebenberuf?|Welchen Beruf hatte Ihr Vater?",
    "fr": "Quel est votre âge ?|Quelle est votre profession ?|Quelles sont vos tâches ?"
    "|Dans quel secteur travaillez-vous ?|Avez-vous un second métier ?|Le métier de votre père ?",
    "es": "¿Qué edad tiene?|¿A qué se dedica actualmente?|¿Qué hace en su puesto de trabajo?"
    "|¿En qué sector trabaja?|¿Tiene usted un segundo oficio?|¿Cuál era el oficio de su padre?",
    "pl": "Ile ma Pani lat?|Na jakim stanowisku Pani pracuje?|Czym się Pan/Pani zajmuje w pracy?"
    "|W jakiej branży Pani pracuje?|Czy ma Pani drugi zawód?|Jaki był zawód Pani ojca?",
}
VALUES = [NUMBERS, TITLES, DUTIES, PLACES, ANSWERS, FATHERS]
KOBO_END = {"_id": NUMBERS, "_uuid": IDS, "_submission_time": TIMES, "_index": NUMBERS}

Columns_ = dict[str, list[str]]


def columns_read(
    tmp_path: Path, columns: Columns_, labels: list[str] | None = None
) -> tuple[list[str], str | None]:
    """Return the values that are read as titles, and the name of the column of duties."""
    path = tmp_path / "export.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([labels] if labels else [])
        writer.writerows(zip(*columns.values(), strict=True))
    table = open_table(path, ALIASES, ("job_title",))
    duties = table.columns.get("duties_description")
    titles = [row[table.columns["job_title"]] for _, row in table.rows()]
    return titles, None if duties is None else table.header[duties]


def google(questions: list[str]) -> Columns_:
    return {"Timestamp": TIMES, **dict(zip(questions, VALUES, strict=True))}


def lime_survey(questions: list[str]) -> Columns_:
    own = {"id. ID": NUMBERS, "submitdate. Date": TIMES, "lastpage. Page": NUMBERS}
    asked = {f"G01Q0{n}. {question}": VALUES[n] for n, question in enumerate(questions)}
    return own | {"startlanguage. Language": ["xx"] * 5} | asked


def kobo(questions: list[str]) -> Columns_:
    asked = {f"B. Work/{question}": VALUES[n] for n, question in enumerate(questions)}
    return {"start": TIMES, **asked, **KOBO_END}


def redcap(questions: list[str]) -> Columns_:
    asked = dict(zip(questions, VALUES, strict=True))
    choices = {f"{questions[1]} (choice={name})": ANSWERS for name in ("Nurse", "Cook")}
    return {"Record ID": NUMBERS, "Event Name": ["A1"] * 5} | choices | asked


@pytest.mark.parametrize("program", [google, lime_survey, kobo, redcap])
@pytest.mark.parametrize("language", QUESTIONS)
def test_questions_as_names(program, language: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    questions = QUESTIONS[language].split("|")
    titles, duties = columns_read(tmp_path, program(questions))
    assert titles == TITLES
    assert duties is not None and questions[2] in duties


@pytest.mark.parametrize("language", QUESTIONS)
def test_questions_in_a_row_of_labels_that_leaves_out_technical_columns(
    language: str, tmp_path: Path
) -> None:
    questions = QUESTIONS[language].split("|")
    columns = {"start": TIMES, "v2": TITLES, "v3": DUTIES, "_uuid": IDS, "_index": NUMBERS}
    titles, duties = columns_read(tmp_path, columns, ["", questions[1], questions[2], "", ""])
    assert titles == TITLES and duties == "v3"


@pytest.mark.parametrize(
    ("columns", "duties"),
    [
        ({"record_id": NUMBERS, "job_title": TITLES, "occupation___1": CHECKS}, None),
        ({"record_id": NUMBERS, "occupation": TITLES, "occupation_complete": CHECKS}, None),
        ({"work/main_occupation": TITLES, "work/father_job": FATHERS, **KOBO_END}, None),
        ({"submitdate": TIMES, "jobtitle": TITLES, "jobtasks": DUTIES}, "jobtasks"),
        (
            {"HHID": NUMBERS, "MJJ_TITLE": TITLES, "MJJ_TASKS": DUTIES, "MJJ_OCC_CODE": CODES}
            | {"MJI_ACTIVITY": PLACES, "SJJ_TITLE": FATHERS, "SJJ_TASKS": PLACES},
            "MJJ_TASKS",
        ),
        ({"main_job_title": TITLES, "second_job_title": FATHERS}, None),
        ({"ISCO08": CODES, "NACE2D": CODES, "OCC_TXT": TITLES, "TASK_TXT": DUTIES}, "TASK_TXT"),
        ({"SOC20M": CODES, "OCCT": TITLES, "OCCD": DUTIES, "INDD": PLACES}, "OCCD"),
        ({"PERSON": NUMBERS, "OCC_DESC": TITLES, "OCC_TASKS": DUTIES, "OCC": CODES}, "OCC_TASKS"),
        (
            {"pid": NUMBERS, "occ_main": CODES, "occ_main_txt": TITLES, "occ_prev_txt": FATHERS},
            None,
        ),
        ({"id": NUMBERS, "occ": CODES, "occ_string": TITLES}, None),
        ({"OCCUP": CODES, "OCCUP_O": TITLES}, None),  # Voxco
        ({"uuid": IDS, "qocc": TITLES}, None),  # Decipher
        ({"OCD": CODES, "OCD_TXT": TITLES}, None),  # SAS
        ({"occ": CODES, "occ_oe": TITLES}, None),
        ({"q12_occ": TITLES, "q13_duties": DUTIES, "q14_ind": PLACES}, "q13_duties"),
        ({"occup": TITLES, "tareas": DUTIES}, "tareas"),
        ({"OCUP1": CODES, "OCUPACION_LITERAL": TITLES, "TAREAS_LITERAL": DUTIES}, "TAREAS_LITERAL"),
        ({"LIB_PROF": TITLES, "LIB_ACT": PLACES, "PCS": CODES, "PROF_PERE": FATHERS}, None),
        (
            {
                "F23_Beruf_offen": TITLES,
                "F23b_Taetigkeit_offen": DUTIES,
                "F60_Beruf_Vater": FATHERS,
            },
            "F23b_Taetigkeit_offen",
        ),
        ({"Beruf_Klartext": TITLES, "Beruf_KldB": CODES}, None),
        (
            {"JobTitle": TITLES, "JobDesc": DUTIES, "SJobTitle": FATHERS, "SJobDesc": PLACES},
            "JobDesc",
        ),
        ({"Occupation": TITLES, "Job Desc.": DUTIES, "Description": PLACES}, "Job Desc."),
        (
            {"occ_main": TITLES, "occ_main_desc": DUTIES}
            | {"occ_second": FATHERS, "occ_second_desc": PLACES},
            "occ_main_desc",
        ),
        (
            {"Hauptberuf": TITLES, "Tätigkeit Hauptberuf": DUTIES}
            | {"Nebenjob": FATHERS, "Tätigkeit Nebenjob": PLACES},
            "Tätigkeit Hauptberuf",
        ),
        ({"id": NUMBERS, "Tätigkeit Hauptberuf": TITLES}, None),
        ({"job_title": TITLES, "prev_job_desc": FATHERS, "father_job_desc": PLACES}, None),
        ({"cod_puesto": CODES, "puesto": TITLES, "desc_empresa": PLACES}, None),
        ({"zawod_opis": TITLES, "czynnosci_opis": DUTIES, "zawod_kod": CODES}, "czynnosci_opis"),
    ],
)
def test_names_of_variables(columns: Columns_, duties: str | None, tmp_path: Path) -> None:
    for ordered in (columns, dict(reversed(columns.items()))):
        assert columns_read(tmp_path, ordered) == (TITLES, duties)


def test_a_question_about_duties_is_no_second_title(tmp_path: Path) -> None:
    title, duties = "What is your job title?", "What kind of work do you do? (main duties)"
    assert columns_read(tmp_path, {duties: DUTIES, title: TITLES}) == (TITLES, duties)


@pytest.mark.parametrize(
    ("choices", "other"),
    [
        ("What is your occupation? - Selected Choice", "What is your occupation? - Other - Text"),
        ("Beruf - Ausgewählte Option", "Beruf - Sonstiges, bitte angeben - Text"),
        ("Quelle est votre profession ?", "Quelle est votre profession ? [Autre]"),
        ("¿Cuál es su ocupación?", "¿Cuál es su ocupación? - Otra (especifique)"),
    ],
)
def test_the_column_for_another_answer_comes_after_the_choices(
    choices: str, other: str, tmp_path: Path
) -> None:
    """The answers that stand in it alone are counted, whatever Qualtrics calls the variables."""
    chosen = ["nurse", "Other, please specify", "Other", "cook", "Other"]
    texts = ["", "bus driver", "welder", "", ""]
    rows = [list(each) for each in zip(TIMES, chosen, texts, strict=True)]
    ids = [f'{{"ImportId": "QID{n}"}}' for n in range(3)]
    header = ["StartDate", "Q10", "Q10_7_TEXT"]
    table = opened_table(tmp_path / "in.csv", [header, ["Start Date", choices, other], ids, *rows])
    assert table.columns == {"job_title": 1} and table.other_columns["job_title"] == [header[2]]
    (note,) = counted_notes(AnswersBeside, table)
    assert note.startswith("2 records state nothing in 'Q10' and have a text in 'Q10_7_TEXT'")


@pytest.mark.parametrize(
    ("title", "duties"),
    [
        ("emploi[titre]", "emploi[taches]"),  # LimeSurvey: question[part]
        ("Q5[SQ001]. Emploi actuel [Intitulé]", "Q5[SQ002]. Emploi actuel [Principales tâches]"),
        ("Beruf: derzeitige Tätigkeit (offen)", "Beruf: Beschreibung der Tätigkeit (offen)"),
        ("Beruf - Bezeichnung", "Beruf - Beschreibung"),
        ("Occupation | title", "Occupation | main tasks"),
        ("Ocupación: nombre", "Ocupación: tareas"),
        ("Zawód", "Zawód (obowiązki)"),
    ],
)
def test_the_parts_of_a_question(title: str, duties: str, tmp_path: Path) -> None:
    for columns in ({title: TITLES, duties: DUTIES}, {duties: DUTIES, title: TITLES}):
        assert columns_read(tmp_path, {"id": NUMBERS, **columns}) == (TITLES, duties)


STYLED = '<p style="font-size:14px;text-align:left;"><span style="color:#333">{}</span></p>\r\n'


@pytest.mark.parametrize("markup", ["<b>{}</b>", "<p>{}</p><p>&nbsp;</p>", STYLED])
def test_questions_come_with_the_html_of_the_questionnaire(markup: str, tmp_path: Path) -> None:
    title = markup.format("Welche berufliche T&auml;tigkeit &uuml;ben Sie aus?")
    duties = markup.format("Welche <u>Aufgaben</u> haben Sie in Ihrer T&auml;tigkeit?")
    father = markup.format("Welchen Beruf hatte Ihr Vater, als Sie 15&nbsp;Jahre alt waren?")
    columns = {father: FATHERS, title: TITLES, duties: DUTIES}
    assert columns_read(tmp_path, columns) == (TITLES, duties)
    with pytest.raises(InputError, match="'Alter', 'Welchen Beruf hatte Ihr Vater,"):
        columns_read(tmp_path, {"<p>Alter</p>": NUMBERS, father: FATHERS})


@pytest.mark.parametrize(
    ("title", "duties"),
    [
        ("MÃ©tier", "TÃ¢ches"),  # encoded twice
        tuple(name.encode().decode("mac_roman") for name in ("должность", "обязанности")),
        ("Profiss\ufffd\ufffdo", "Descri\ufffd\ufffdo das fun\ufffd\ufffdes"),  # lost
        ("Welche berufliche T?tigkeit ?ben Sie aus?", "Popis pr?ce"),
    ],
)
def test_names_with_damaged_letters(title: str, duties: str, tmp_path: Path) -> None:
    assert columns_read(tmp_path, {title: TITLES, duties: DUTIES}) == (TITLES, duties)


@pytest.mark.parametrize(
    "title",
    [
        *("d\ufffdtail", "\ufffd\ufffd", "id?a", "caf\ufffd"),
        # Of somebody else, or of another time.
        *("M?tier du p?re", "M?tier pr?c?dent", "M?tier souhait?"),
        *("Zaw\ufffdd m\ufffd\ufffda", "Profiss?o do c?njuge"),
    ],
)
def test_damaged_words_that_are_no_names(title: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a column 'job_title'"):
        columns_read(tmp_path, {title: TITLES})


@pytest.mark.parametrize(
    "columns",
    [
        {"occupation___1": ["Checked", "Unchecked"] * 2, "id": list("1234")},
        {"What is your occupation? (choice=Nurse)": ["Checked", "Unchecked"]},
        {"occ": CODES, "id": NUMBERS},
        {"PL051": CODES, "PL111": CODES},
        {"G2Q1": TITLES, "G2Q2": DUTIES},
    ],
)
def test_without_a_sure_column_the_remedy_is_named(columns: Columns_, tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        columns_read(tmp_path, columns)
    assert "data.columns" in raised.value.remedy
    has_numbers = any(name in columns for name in ("PL051", "G2Q1"))
    assert ("texts of the questions" in raised.value.remedy) == has_numbers


ASKED = """\
What do you do for a living? | Please state your profession. | Occupation (as precise as you can)
Was sind Sie von Beruf? | Als was arbeiten Sie?
Quel poste occupez-vous ? | Que faites-vous dans la vie ? | Votre emploi actuel
¿Qué cargo ocupa? | ¿En qué trabaja usted? | ¿Cuál es su empleo actual?
Jaką pracę Pani wykonuje? | Czym się Pan zajmuje zawodowo? | Jakie stanowisko Pan zajmuje?
Was machen Sie beruflich? | Was tun Sie beruflich? | In welchem Beruf arbeiten Sie? | Berufsangabe
Wie lautet die Bezeichnung Ihrer beruflichen Tätigkeit? | Angaben zum Beruf | 12. Berufsangabe
In your main job, what kind of work do you do? | Tell us about your occupation
Quel est votre emploi ? | Que faites-vous comme travail ?
Dans votre métier, quel poste avez-vous ?
¿Cuál es el nombre de su trabajo? | ¿Cuál es su trabajo? | Qual è il Suo lavoro? | beroepsopgave
Qual é o seu trabalho? | O que faz profissionalmente? | Wat doet u voor werk? | Ce lucrați?
Jaké je vaše zaměstnání? | Čím se živíte? | Akú prácu vykonávate? | Kaj ste po poklicu?
Koji posao obavljate? | Milyen munkát végez? | Какво работите? | Τι δουλειά κάνετε;
Kokį darbą dirbate? | Par ko strādājat? | Mis tööd te teete? | Mikä on ammattinne?
Vad arbetar du med? | Hvad arbejder du med? | Hva jobber du med? | Við hvað starfar þú?
Cén post atá agat? | X'inhu xogħlok? | ما هو عملك؟ | Ne iş yapıyorsunuz? | Кем вы работаете?"""
NOT_ASKED = """\
Do you like your occupation? | Where is your main job? | Has your profession changed?
What will your occupation be in the future? | 7. Is this your main job?
Work/Why this profession? | work/shift | Work: shifts | job.satisfaction | Position - hours
Haben Sie einen Beruf? | Welchen Beruf haben Sie gelernt? | Macht Ihnen Ihr Beruf Spaß?
Welche Tätigkeit haben Sie früher ausgeübt? | Welche Position hatten Sie zuletzt?
Aimez-vous votre métier ? | Avez-vous une profession ? | Depuis quand avez-vous ce métier ?
¿Le gusta su profesión? | ¿Qué profesión le gustaría tener? | ¿A qué se dedica su empresa?
Czy lubi Pani swój zawód? | Jakie stanowisko miał Pan ostatnio? | Gdzie wykonuje Pan zawód?
Stellung im Beruf | Stress im Beruf | Position im Beruf | Stellung_Beruf | Beruf: Belastung
Chancen in Ihrem derzeitigen Beruf | Freude am Beruf | Weiterbildung neben dem Beruf
Position in occupation | Stress in your main occupation | Prospects at main job
Situation dans la profession | Statut dans l'emploi actuel | Satisfaction, profession
Situación en la ocupación | Posición en su ocupación principal | Estrés: ocupación
Posizione nella professione | Ruolo nella sua professione attuale | Anni di professione
Situação na profissão | Posição na ocupação principal | Positie in het beroep | Stress beroep
Staż, zawód | Poziția în ocupație | Postavení v zaměstnání | Postavenie, zamestnanie
Staž, zanimanje | Elégedettség, foglalkozás | Стаж: професия | Θέση στο επάγγελμα
Chanser i ditt yrke | Tilfreds med dit erhverv | Muligheter i ditt yrke
Pożizzjoni fl-okkupazzjoni | الوضع في المهنة | kedudukan dalam pekerjaan utama | Meslek stresi"""


@pytest.mark.parametrize("question", listed(ASKED))
def test_questions_for_the_job(question: str) -> None:
    assert match(question, "job_title") is not None


@pytest.mark.parametrize("question", listed(NOT_ASKED))
def test_questions_about_a_job_that_do_not_ask_for_it(question: str) -> None:
    assert match(question, "job_title") is None


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_surveymonkey_leaves_the_column_of_another_answer_without_a_name(
    suffix: str, tmp_path: Path
) -> None:
    """Two questions with the same choice, the second one in the last column."""
    rows = [
        ["Respondent ID", "Collector ID", "Occupation", "", "Industry", ""],
        ["", "", *["Response", "Other (please specify)"] * 2],
        *([n, "40", title, "", "Other", "space"] for n, title in zip(NUMBERS, TITLES, strict=True)),
    ]
    path = tmp_path / f"export{suffix}"
    if suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
    else:
        book = openpyxl.Workbook()
        for row in rows:
            book.worksheets[0].append([cell or None for cell in row])
        book.save(path)
    table = open_table(path, ALIASES, ("job_title",))
    assert table.header == rows[0]
    assert [row[table.columns["job_title"]] for _, row in table.rows()] == TITLES
    assert [row[-1] for _, row in table.rows()] == ["space"] * 5


def test_sap_has_the_text_of_a_position_beside_its_number(tmp_path: Path) -> None:
    positions = [f"5000001{n}" for n in NUMBERS]
    columns = {"PersNr": NUMBERS, "Planstelle": positions, "Planstellentext": TITLES}
    columns |= {"Stelle": positions[::-1], "Stellentext": ["Angestellter", *["Beamter"] * 4]}
    assert columns_read(tmp_path, columns) == (TITLES, None)


IDS_OF_SURVEYMONKEY = "Respondent ID,Collector ID,"


@pytest.mark.parametrize(
    ("names", "parts", "records"),
    [
        (
            "About your father,,About you,",
            "Name,Job title,Name,Occupation",
            [["Al", "miner", "Eve", "nurse"], ["Ed", "miner", "Bo", "bus driver"]],
        ),
        (
            "Second job,,Main job,",
            "Title,Tasks,Title,Tasks",
            [["miner", "digs", "nurse", "cares"], ["miner", "digs", "bus driver", "drives"]],
        ),
        (
            "Ihre Mutter,,,Sie selbst,,",
            "Alter,Beruf,Aufgaben,Alter,Beruf,Aufgaben",
            [
                ["60", "miner", "gräbt", "30", "nurse", "pflegt"],
                ["61", "miner", "gräbt", "31", "bus driver", "fährt"],
            ],
        ),
    ],
)
def test_surveymonkey_has_the_person_above_the_first_part_alone(
    names: str, parts: str, records: list[list[str]], tmp_path: Path
) -> None:
    rows = [IDS_OF_SURVEYMONKEY + names, ",," + parts]
    rows += [f"11{n},44,{','.join(record)}" for n, record in enumerate(records)]
    path = tmp_path / "survey.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    table = open_table(path, ALIASES, ("job_title",))
    assert [table.get(row, "job_title") for _, row in table.rows()] == ["nurse", "bus driver"]
    assert any("names say something else: " in note for note in table.notes)


def test_a_table_of_the_fathers_job_alone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    head = IDS_OF_SURVEYMONKEY + "About your father,\n,,Name,Job title\n"
    path.write_text(head + "118,44,Al,miner\n119,44,Ed,farmer\n")
    with pytest.raises(InputError, match="expected a column 'job_title'") as raised:
        open_table(path, ALIASES, ("job_title",))
    assert "Remove the lines above" not in raised.value.remedy


def test_two_columns_without_a_name_are_told_apart_in_the_error(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    head = IDS_OF_SURVEYMONKEY + "Summer,,Winter,\n,,Town,Job title,Town,Job title\n"
    path.write_text(head + "118,44,Bonn,cook,Rome,miner\n119,44,Bern,guard,Ulm,farmer\n")
    with pytest.raises(InputError, match="'Summer: Job title' and 'Winter: Job title'"):
        open_table(path, ALIASES, ("job_title",))


@pytest.mark.parametrize("name", ["OCCSTR", "OCCSTRNG"])
def test_the_text_of_a_census_comes_before_its_codes(tmp_path: Path, name: str) -> None:
    columns = {"SERIAL": IDS, "OCC": ["100", "700", "395", "240", "100"], name: TITLES}
    assert columns_read(tmp_path, columns) == (TITLES, None)
