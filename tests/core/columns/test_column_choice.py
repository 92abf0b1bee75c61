"""Which column is read: by its name, by its values, or by data.columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.csv_table import Table, open_table
from core.errors import InputError

TITLES = ["lorry driver", "registered nurse", "welder", "civil engineer", "hairdresser"]
NO_TITLES = {
    "salutations": ["Mr", "Mrs.", "Dr", "Prof. Dr.", "Ms"],
    "German salutations": ["Herr", "Frau", "Frau Dr.", "Herr", "Frau"],
    "Turkish salutations": ["Bay", "Bayan", "Sn.", "Bay", "Bayan Dr."],
    "Spanish salutations": ["D.", "D.ª", "Sra.", "Srta.", "Dña."],
    "Nordic salutations": ["Hr.", "Fru", "Frøken", "fr.", "Hr. Dr."],
    "numbers": ["1", "2", "3", "4", "17.5"],
    "codes": ["A12", "Q-7", "R_2cD", "7212", "X9"],
    "dates": ["2026-01-02", "3.4.2025", "1/2/2024", "2026-05-05 10:00", "11.11.11"],
    "answers": ["yes", "no", "Yes", "no", "yes"],
    "letters": ["a", "b", "c", "d", "a"],
    "relatives": ["Head", "Spouse", "Son", "Daughter", "Other relative"],
    "sexes": ["female", "male", "male", "female", "female"],
}


def table_of(
    tmp_path: Path, columns: dict[str, list[str]], wanted: dict[str, tuple[str, ...]] | None = None
) -> Table:
    lines = [",".join(columns), *(",".join(row) for row in zip(*columns.values(), strict=True))]
    path = tmp_path / "in.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    aliases = wanted or {"job_title": (), "duties_description": ()}
    return open_table(path, aliases, ("job_title",))


def read(table: Table) -> str:
    return table.header[table.columns["job_title"]]


@pytest.mark.parametrize("kind", NO_TITLES)
@pytest.mark.parametrize(("bad", "good"), [("title", "occupation"), ("job_title", "position")])
def test_values_that_are_no_titles_lose(tmp_path: Path, kind: str, bad: str, good: str) -> None:
    table = table_of(tmp_path, {bad: NO_TITLES[kind], good: TITLES})
    assert read(table) == good
    assert table.other_columns == {"job_title": [bad]}
    assert any(repr(bad) in note for note in table.notes)


@pytest.mark.parametrize("kind", NO_TITLES)
def test_alone_they_are_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(InputError) as raised:
        table_of(tmp_path, {"id": ["9"] * 5, "title": NO_TITLES[kind]})
    assert "'title'" in raised.value.found and NO_TITLES[kind][0] in raised.value.found
    assert "data.columns.job_title" in raised.value.remedy


def test_under_our_own_name_they_are_read_and_said(tmp_path: Path) -> None:
    table = table_of(tmp_path, {"job_title": ["99", "-9", "9999", "0", "99"]})
    assert read(table) == "job_title" and "holds numbers" in table.notes[0]


def test_a_few_odd_values_do_not_matter(tmp_path: Path) -> None:
    values = ["lorry driver", "99", "nurse", "welder", "no"]
    assert read(table_of(tmp_path, {"title": values})) == "title"


@pytest.mark.parametrize(
    ("names", "best"),
    [
        (["position", "occupation_title"], "occupation_title"),
        (["occupation", "occupation_title"], "occupation_title"),
        (["title", "occupation"], "occupation"),
        (["occupation", "JOB TITLE"], "JOB TITLE"),
        (["Stelle", "Berufsbezeichnung"], "Berufsbezeichnung"),
        (["partner/occupation", "occupation"], "occupation"),
        (["What is your occupation?", "beruf"], "beruf"),
        (["father occupation", "job"], "job"),
    ],
)
def test_the_name_that_says_more_wins(tmp_path: Path, names: list[str], best: str) -> None:
    other = ["clerk", "cook", "baker", "guard", "pilot"]
    for first, second in (names, names[::-1]):
        assert read(table_of(tmp_path, {first: TITLES, second: other})) == best


def test_two_equally_good_columns_are_refused_with_both_names(tmp_path: Path) -> None:
    other = ["clerk", "cook", "baker", "guard", "pilot"]
    with pytest.raises(InputError) as raised:
        table_of(tmp_path, {"occupation": TITLES, "Beruf": other})
    assert "'occupation' and 'Beruf'" in raised.value.found
    assert "data.columns.job_title" in raised.value.remedy
    columns = {"occupation": TITLES, "Beruf": other}
    table = table_of(tmp_path, columns, {"job_title": ("beruf",)})
    assert read(table) == "Beruf"


def test_the_same_values_twice_are_no_question(tmp_path: Path) -> None:
    assert read(table_of(tmp_path, {"occupation": TITLES, "Beruf": TITLES})) == "occupation"


def test_the_setting_decides_whatever_the_values(tmp_path: Path) -> None:
    columns = {"v17": ["1", "2", "3", "4", "5"], "job_title": TITLES}
    table = table_of(tmp_path, columns, {"job_title": ("V17",)})
    assert read(table) == "v17"


def test_of_several_names_in_the_setting_the_values_decide(tmp_path: Path) -> None:
    columns = {"title": NO_TITLES["salutations"], "occupation": TITLES}
    table = table_of(tmp_path, columns, {"job_title": ("title", "occupation")})
    assert read(table) == "occupation"
    table = table_of(
        tmp_path, {"position": TITLES, "title": TITLES[::-1]}, {"job_title": ("title", "position")}
    )
    assert read(table) == "title"  # of equally good ones the first


@pytest.mark.parametrize(
    ("names", "title", "duties"),
    [
        (["Beruf", "Tätigkeit"], "Beruf", "Tätigkeit"),
        (["Tätigkeit", "Tätigkeitsbeschreibung"], "Tätigkeit", "Tätigkeitsbeschreibung"),
        (["Tätigkeit", "Alter"], "Tätigkeit", None),
        (["zawód", "zakresObowiązków"], "zawód", "zakresObowiązków"),
        (["position", "job.description"], "position", "job.description"),
        (
            ["Welchen Beruf haben Sie?", "Beschreiben Sie bitte diesen Beruf"],
            "Welchen Beruf haben Sie?",
            "Beschreiben Sie bitte diesen Beruf",
        ),
        (
            ["Please describe your occupation", "What is your occupation?"],
            "What is your occupation?",
            "Please describe your occupation",
        ),
        (["Please describe your occupation", "age"], "Please describe your occupation", None),
    ],
)
def test_titles_and_duties(
    tmp_path: Path, names: list[str], title: str, duties: str | None
) -> None:
    table = table_of(tmp_path, {names[0]: TITLES, names[1]: ["makes things"] * 5})
    columns = {column: table.header[position] for column, position in table.columns.items()}
    expected = {"job_title": title, "duties_description": duties}
    assert columns == {column: name for column, name in expected.items() if name}


def test_duties_that_are_numbers_are_not_read(tmp_path: Path) -> None:
    table = table_of(tmp_path, {"job_title": TITLES, "tasks": ["3", "4", "1", "2", "2"]})
    assert "duties_description" not in table.columns
    assert "'tasks' holds numbers and was not read" in table.notes[0]


def test_an_empty_column_loses(tmp_path: Path) -> None:
    assert read(table_of(tmp_path, {"job_title": [""] * 5, "occupation": TITLES})) == "occupation"
    assert read(table_of(tmp_path, {"job_title": [""] * 5, "id": list("12345")})) == "job_title"


@pytest.mark.parametrize("name", ["corrected_isco_code", "job_title"])
def test_two_columns_of_one_name_have_a_remedy_that_is_possible(tmp_path: Path, name: str) -> None:
    path = tmp_path / "in.csv"
    path.write_text(f"id,{name},{name}\n1,2221,3221\n", encoding="utf-8")
    with pytest.raises(InputError) as raised:
        open_table(path, {name: (name,)}, (name,))
    remedy = raised.value.remedy
    assert remedy.endswith("emove or rename one of them.")
    # Beside each other may stand persons, jobs, or two tables: none of them is to be lost.
    assert ("give each record a row of its own" in remedy) == (name == "job_title")


STATUSES = {
    "en": ["Employee", "Own-account worker", "Employer", "Contributing family worker", "Employee"],
    "de": ["Angestellte", "Beamte", "Arbeiter", "Selbständige", "Auszubildende/r"],
    "fr": ["Salarié", "Ouvrier", "Employée", "Fonctionnaire", "À son compte"],
    "es": ["Asalariado", "Empleador", "Cuenta propia", "Obrero", "Trabajador familiar"],
    "el": ["Μισθωτός", "Εργοδότης", "Αυτοαπασχολούμενος", "ΜΙΣΘΩΤΉ", "εργοδότης"],
    "sk": ["zamestnanec", "podnikateľ bez zamestnancov", "SZČO", "vypomáhajúci člen rodiny"] * 2,
    "hr": ["zaposlena osoba", "samozaposlenik", "pomažući član obitelji", "poslodavac"] * 2,
    "sl": ["delojemalec", "delodajalec", "samozaposleni", "pomagajoči družinski član"] * 2,
    "bg": ["наето лице", "самонаето лице", "работодател", "неплатен семеен работник"] * 2,
    "es without accents": ["PATRONO", "EMPLEADO PARTICULAR", "JORNALERO O PEON", "CUENTA PROPIA"]
    * 2,
    "es-MX": ["Trabajador subordinado y remunerado", "Empleadores", "Trabajadores no remunerados"]
    * 2,
    "fr-SN": ["Compte propre", "Patron", "Aide familial", "Apprenti", "Salarié permanent"],
    "en-PH": ["Worked for government/government corporation", "Worked for private household"] * 3,
    "pt-MZ": ["Conta própria sem empregados", "Patrão", "Aparelho do Estado", "Cooperativa"] * 2,
    "ar": ["صاحب عمل", "يعمل لحسابه", "مساعد عائلي", "أجير", "متدرب"],
    "nl": ["Werknemer vast", "Zelfstandige zonder personeel", "Oproepkracht", "DGA", "statutair"],
    "no": ["Fast ansatt", "Frilanser", "Familiemedlem uten fast lønn", "Lønnstaker", "Vikar"],
    "sv": ["Tidsbegränsat anställd", "Egen företagare", "Medhjälpande hushållsmedlem", "Vikariat"]
    * 2,
    "da": ["Lønmodtager", "Medarbejdende ægtefælle", "Tjenestemand", "Månedslønnet", "Elev"],
    "fi": ["Palkansaaja", "Yksinyrittäjä", "Työnantajayrittäjä", "Palkaton perheenjäsen"] * 2,
    "is": ["Launamaður", "Einyrki", "Atvinnurekandi", "Hlutastarf", "Fastráðinn"],
    "et": ["Palgatöötaja", "FIE", "Palgata pereliige", "Tähtajaline", "Osatööajaga"],
    "lv": ["Darba ņēmējs", "Pašnodarbināta persona", "Neapmaksāts ģimenes loceklis"] * 2,
    "lt": ["Samdomasis darbuotojas", "Savarankiškai dirbantis asmuo", "Darbdavys", "Samdomasis"]
    * 2,
    "it": ["Operaio", "Impiegata", "Lavoratore in proprio", "Libero professionista", "Apprendista"],
}


@pytest.mark.parametrize("language", STATUSES)
def test_kinds_of_employment_are_no_titles(tmp_path: Path, language: str) -> None:
    columns = {"id": list("12345"), "position": STATUSES[language][:5]}
    with pytest.raises(InputError, match="kinds of employment"):
        table_of(tmp_path, columns)
    assert read(table_of(tmp_path, columns | {"main occupation (open)": TITLES})).startswith("main")
    assert read(table_of(tmp_path, {"occupation": STATUSES[language][:5]})) == "occupation"


@pytest.mark.parametrize(
    "values",
    [
        ["prednosta domácnosti", "dcéra", "zať", "svokra", "vnuk"],
        ["nositelj kućanstva", "punac", "unuka", "snaha", "svekrva"],
        ["глава на домакинството", "зет", "снаха", "внук", "тъща"],
        ["υπεύθυνος νοικοκυριού", "νύφη", "πεθερά", "εγγονός", "αδελφή"],
        ["Jefe(a)", "Cónyuge", "Hijo(a)", "Nieto(a)", "Yerno o nuera"],
        ["CM", "Épouse", "Fils/Fille", "Neveu", "Sans lien de parenté"],
        ["Head", "Son/Daughter", "Co-wife", "Foster child", "Other relatives"],
        ["Chefe do agregado", "Cônjuge", "Filho(a)", "Sobrinho(a)", "Sem parentesco"],
        ["Hoofdkostwinner", "Partner", "Schoonzoon", "Pleegkind", "Ander familielid"],
        ["Hovedperson", "Samboer", "Datter", "Svigersønn", "Forelder"],
        ["Viitehenkilö", "Avopuoliso", "Tytär", "Poika", "Lapsenlapsi"],
        ["Leibkonna pea", "Elukaaslane", "Tütar", "Väimees", "Vanem"],
        ["Mājsaimniecības galva", "Sieva", "Dēls", "Mazbērns", "Znots"],
        ["Namų ūkio galva", "Sutuoktinis", "Dukra", "Sūnus", "Anūkas"],
        ["رب الأسرة", "زوجة", "ابن/ابنة", "حفيد", "قريب آخر"],
        ["Cap de gospodărie", "Soț/soție", "Fiu/fiică", "Noră/ginere", "Părinte"],
        ["Háztartásfő", "Házastárs", "Élettárs", "Szülő", "Más rokon"],
        ["Nosilec gospodinjstva", "Zakonec", "Otrok", "Starš", "Vnuk"],
        ["Głowa gospodarstwa", "Współmałżonek", "Dziecko", "Rodzic", "Zięć"],
        ["Osoba v čele domácnosti", "Manžel/manželka", "Dítě", "Druh/družka", "Rodič"],
        ["Capofamiglia", "Coniuge", "Figlio/a", "Genitore", "Nuora"],
        ["Hanehalkı reisi", "Eşi", "Çocuğu", "Gelini", "Torunu"],
        ["Kepala rumah tangga", "Istri/suami", "Anak kandung", "Menantu", "Famili lain"],
        ["Erkek", "Kadın", "Kadın", "Erkek", "Erkek"],
        ["mužské", "ženské", "ženské", "mužské", "mužské"],
        ["muško", "žensko", "muško", "žensko", "žensko"],
        ["άρρεν", "θήλυ", "θήλυ", "άρρεν", "θήλυ"],
    ],
)
def test_relatives_and_sexes_of_more_languages_are_no_titles(
    tmp_path: Path, values: list[str]
) -> None:
    with pytest.raises(InputError, match=r"relationships|sexes"):
        table_of(tmp_path, {"id": list("12345"), "position": values})


@pytest.mark.parametrize("title", ["Chef", "Domestic helper", "Empleada doméstica", "Manœuvre"])
def test_a_household_may_be_where_people_work(tmp_path: Path, title: str) -> None:
    assert read(table_of(tmp_path, {"id": list("12345"), "position": [title] * 5})) == "position"


def test_answers_of_people_who_do_not_work_are_read(tmp_path: Path) -> None:
    table = table_of(tmp_path, {"job": ["retired", "Student", "unemployed", "retired", "retired"]})
    assert read(table) == "job" and "people who do not work" in table.notes[0]


@pytest.mark.parametrize(
    "other", ["Stellung im Beruf", "Stress im Beruf", "Position in occupation"]
)
@pytest.mark.parametrize("asked", ["Was machen Sie beruflich?", "Berufsangabe", "Tätigkeit"])
def test_what_is_asked_beside_the_job_is_not_read(tmp_path: Path, other: str, asked: str) -> None:
    columns = {"id": ["1", "2"], other: ["Angestellter", "oft"], asked: ["Koch", "Polizist"]}
    table = table_of(tmp_path, columns)
    assert read(table) == asked and not table.other_columns
    with pytest.raises(InputError, match="the columns 'id'"):
        table_of(tmp_path, {"id": ["1", "2"], other: ["Angestellter", "oft"]})


def test_a_name_in_the_settings_that_is_not_there_is_said(tmp_path: Path) -> None:
    columns = {"occupation": TITLES, "last_job": TITLES[::-1]}
    wanted = {"job_title": ("lst_job",), "duties_description": (), "isco_code": ("isco",)}
    table = table_of(tmp_path, columns, wanted)
    note = "there is no column 'lst_job', which data.columns.job_title names"
    assert read(table) == "occupation" and table.notes[0] == note
    table = table_of(tmp_path, columns, {"job_title": ("lst_job", "LAST JOB")})
    assert read(table) == "last_job" and note not in table.notes  # one of the names is enough


def test_all_of_three_equal_columns_are_named(tmp_path: Path) -> None:
    names = ["p1_job", "p2_job", "p3_job"]
    with pytest.raises(InputError) as raised:
        table_of(tmp_path, {name: [f"{name} {n}" for n in TITLES] for name in names})
    assert raised.value.found.endswith("titles: 'p1_job', 'p2_job' and 'p3_job'")


@pytest.mark.parametrize(
    ("answers", "groups"),
    [
        ("Puesto", "Ocupación (SINCO)"),
        ("Cargo", "Ocupação (CBO)"),
        ("Empleo", "Ocupación CIUO"),
        ("Work", "Occupation (HISCO)"),
    ],
)
def test_titles_of_a_classification_come_after_answers(
    tmp_path: Path, answers: str, groups: str
) -> None:
    table = table_of(tmp_path, {groups: ["grupo a", "grupo b", "grupo c"], answers: TITLES[:3]})
    assert read(table) == answers and table.other_columns["job_title"] == [groups]
    assert read(table_of(tmp_path, {groups: TITLES[:3]})) == groups


def test_a_business_title_is_read_before_a_position(tmp_path: Path) -> None:
    columns = {"Position": ["P-1 Sr. Mgr", "P-2 Nurse I", "P-3 Cook"], "Business Title": TITLES[:3]}
    table = table_of(tmp_path, columns | {"Job Profile": ["manager", "nurse", "cook"]})
    assert read(table) == "Business Title"
    assert set(table.other_columns["job_title"]) == {"Position", "Job Profile"}


@pytest.mark.parametrize(
    "name",
    [
        "Description du travail",
        "Descrierea activității",
        "Описание на работата",
        "Bitte beschreiben Sie diese Tätigkeit genau",
        "Décrivez votre activité",
        "Beskrivning av arbetet",
        "Опишите вашу работу",
    ],
)
def test_questions_for_the_work_are_about_duties(name: str, tmp_path: Path) -> None:
    table = table_of(tmp_path, {"Beruf": TITLES, name: ["makes things"] * 5})
    assert table.header[table.columns["duties_description"]] == name


@pytest.mark.parametrize(
    ("read_name", "other"),
    [
        ("occupation", "second_job"),
        ("occupation", "mother_occupation"),
        ("Job title", "Previous position"),
        ("Beruf", "Beruf des Vaters"),
        ("profession", "profession du père"),
    ],
)
def test_titles_of_another_job_are_named(tmp_path: Path, read_name: str, other: str) -> None:
    table = table_of(tmp_path, {read_name: TITLES, other: TITLES[::-1], "region": ["x y"] * 5})
    assert read(table) == read_name
    (note,) = [note for note in table.notes if repr(other) in note]
    assert "not read as job titles" in note and "'region'" not in note


@pytest.mark.parametrize(
    ("other", "values"),
    [
        ("occupation_code", ["7212", "2221", "5120", "8332", "2142"]),
        ("years in job", ["1", "2", "30", "4", "5"]),
        ("isco_title", ["Welders", "Cooks", "Nurses", "Drivers", "Clerks"]),
        ("how satisfied are you in your present job", ["quite"] * 5),
    ],
)
def test_what_holds_no_titles_of_jobs_is_not_named(
    tmp_path: Path, other: str, values: list[str]
) -> None:
    table = table_of(tmp_path, {"occupation": TITLES, other: values})
    assert not [note for note in table.notes if repr(other) in note]
