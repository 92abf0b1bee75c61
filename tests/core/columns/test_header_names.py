"""Header names: the same whatever their writing, and never those of another question."""

from __future__ import annotations

import re

import pytest

from core.columns.header_names import Match, match
from core.columns.header_words import usual_names
from tests.core.listed_texts import listed

LANGUAGES = re.findall(
    r"\w+",
    "de es fr it pt nl pl ro cs sk sl hr hu bg el lt lv et fi sv da no is ga mt ar id en tr ru uk",
)

QUESTIONS = """\
de: Welche berufliche Tätigkeit üben Sie zurzeit aus? | Was machen Sie dabei genau?
de: Welchen Beruf haben Sie in der letzten Woche ausgeübt? | Bitte schildern Sie diesen Beruf näher
en: In the last 7 days, what was your occupation? | Please describe what you mainly do
en: What is the title of your job? | What do you do in your job?
fr: Quel est l'intitulé de votre poste ? | Quelles sont ses principales tâches ?
fr: Quel est son métier ? | Que faites-vous dans ce travail ?
es: ¿Cuál es su profesión u oficio? | ¿Cuáles son sus funciones?
it: Qual è la Sua professione? | Quali sono le Sue mansioni?
pt: Qual é a sua profissão? | Quais são as suas tarefas?
nl: Wat is uw beroep? | Wat zijn uw werkzaamheden?
pl: Jaki jest Pani zawód? | Jakie są Pani obowiązki?
ro: Care este ocupația dumneavoastră? | Ce responsabilități aveți?
cs: Jaké je Vaše povolání? | Jaké jsou Vaše povinnosti?
sl: Kakšen je vaš poklic? | Katere so vaše naloge?
hr: Koje je vaše zanimanje? | Koji su vaši zadaci?
hu: Mi az Ön foglalkozása? | Melyek a feladatai?
bg: Каква е Вашата професия? | Какви са Вашите задължения?
el: Ποιο είναι το επάγγελμά σας; επάγγελμα | Ποια είναι τα καθήκοντα;
lt: Kokia jūsų profesija? | Kokios jūsų užduotys?
lv: Kāds ir jūsu amats? | Kādi ir jūsu pienākumi?
et: Mis on teie amet? | Millised on teie tööülesanded?
fi: Mikä on vastaajan ammatti? | Mitkä ovat työtehtävät?
sv: Vad är ditt yrke? | Vilka är dina arbetsuppgifter?
da: Hvad er dit erhverv? | Hvad er dine opgaver?
no: Hva er ditt yrke? | Hva er dine oppgaver?
is: Hvert er starf þitt? | Hver eru helstu verkefni þín?
id: Apa pekerjaan Anda? | Apa tugas utama Anda?
ar: ما هي المهنة؟ | ما هي المهام؟
pl: Jaki jest Pana zawód? | Na czym polega Pana/Pani praca?
fr: Quelle est votre profession ? | En quoi consiste votre travail ?
fr: Quelle était sa profession ? | Quelles étaient ses fonctions les plus importantes ?
es: ¿Cuál es su ocupación? | ¿En qué consiste su trabajo?
it: Qual è la sua professione? | In che cosa consiste il suo lavoro?
de: Welchen Beruf üben Sie aus? | Worin besteht Ihre Arbeit?
fr: Quel genre de travail faites-vous ? | Quelles sont vos fonctions les plus importantes ?
pl: Proszę podać nazwę wykonywanego zawodu | Na czym polega praca?
ar: ما مهنتك؟ | ما هي مهامك؟
tr: Şu anki meslek nedir? | Görevler nelerdir?
ru: Какая у вас профессия? | Каковы ваши обязанности?
uk: Яка ваша професія? | Які ваші обов'язки?
ro: Care este ocupația dumneavoastră? | Ce faceți la locul de muncă?
cs: Jaké je Vaše povolání? | Co je náplní Vaší práce?
sk: Aké je Vaše povolanie? | Čo presne robíte v práci?
sl: Kakšen je vaš poklic? | Kaj natančno delate na delovnem mestu?
hr: Koje je vaše zanimanje? | Što točno radite na poslu?
hu: Mi az Ön foglalkozása? | Mit csinál a munkája során?
bg: Каква е Вашата професия? | Какво правите на работа?
el: Ποια δουλειά κάνετε; | Τι ακριβώς κάνετε στη δουλειά σας;
el: Επάγγελμα | Περιγράψτε τι κάνετε
el: epaggelma | kathikonta
lt: Kokia jūsų profesija? | Ką tiksliai veikiate darbe?
lv: Kāds ir jūsu amats? | Ko jūs darāt darbā?
et: Mis on teie amet? | Mida te oma töös teete?
et: Kellena te töötate? | Kirjeldage oma peamisi tööülesandeid
fi: Mikä on ammattinne? | Mitkä ovat tärkeimmät työtehtävänne?
fi: Mitä työtä teet? | Mitä teet työssäsi?
fi: Ammattisi | Kuvaile tarkemmin työtehtäviäsi
sv: Vad är ditt yrke? | Vad gör du i ditt arbete?
da: Hvad er dit erhverv? | Hvad laver du på dit arbejde?
no: Hva er ditt yrke? | Hva gjør du i jobben din?
is: Hvert er starf þitt? | Hvað gerir þú í vinnunni?
ga: Cad í do ghairm? gairm | Cad a dhéanann tú ag obair?
mt: X'inhi l-okkupazzjoni tiegħek? okkupazzjoni | X'tagħmel fix-xogħol?
id: Apa pekerjaan Anda? | Apa yang Anda lakukan dalam pekerjaan Anda?
tr: Mesleğiniz nedir? meslek | İşyerinde ne yapıyorsunuz?
ru: Какая у вас профессия? | Что вы делаете на работе?
uk: Яка ваша професія? | Що ви робите на роботі?"""


# Jobs of other people, jobs of another time, and facts about a job.
OTHERS = """\
Édesapja foglalkozása | Édesanyja foglalkozása | Nagyapja foglalkozása | Korábbi foglalkozása |
Zawód małżonka | Zawód partnera | Povolání partnera |
Povolání manžela | Povolanie manžela |
Ocupația părinților | Професия на партньора | Επάγγελμα συντρόφου |
مهنة رب الأسرة | مهنة الوالد | Profession du chef de ménage | Profession antérieure |
Ocupación del jefe del hogar | Professione capofamiglia | Profissão do chefe de família |
Beruf Ehegatte | Beruf Haushaltsvorstand | Beruf Hauptverdiener | Beruf vor 10 Jahren |
Beruf bei Eintritt | Faderns yrke | Sambos yrke | Yrke vid 15 års ålder | Ægtefælles erhverv |
Aiempi ammatti | Vanhempien ammatti | Zanimanje supružnika | Poklic partnerja | Abikaasa amet |
Sutuoktinio profesija | Laulātā profesija | CIE occupation | Occupation of the main earner |
Grandfather's occupation | Profession de l'époux | Ocupación de la abuela | Beroep echtgenoot |
Beroep vader | Zawód żony | Povolání dědečka | Poklic staršev | Zanimanje roditelja |
Férje foglalkozása | Професия на родителите | Tėvų profesija |
Vecāku profesija | Vanemate amet | Puolison ammatti | Samboers yrke | Gairm athar |
Xogħol missier | مهنة الزوجة | Annenin mesleği | Meslek (eşinin) | Профессия мужа |
Професія чоловіка | Pekerjaan kepala keluarga | Beruf vor 5 Jahren | occupation_timestamp |
occupation_verified_by | Lieu de la profession | Occupation of informant | witness_occupation |
Sponsor's occupation | Beruf des Anzeigenden | Beruf Zeuge 1 | Profession du témoin |
Profesión del testigo | Beroep getuige 1 | Professione dei testimoni | Profissão da testemunha |
Zawód świadka | Povolání svědka | Povolanie svedka | Професия на свидетеля | Vittnets yrke |
Vidnets stilling | Vitnets yrke | Todistajan ammatti | Mesleği (tanık) | Foglalkozás (tanú) |
Liudytojo profesija | Liecinieka profesija | Tunnistaja amet | Poklic priče | Profesia martorului |
Godfather's occupation | Profession du parrain | Beruf des Paten | Professione del padrino |
Profesión del padrino | Profissão do padrinho | Zawód chrzestnego | Povolání kmotra |
Fadderens stilling | Keresztapa foglalkozása | Профессия крестного | Επάγγελμα νονού |
Profession du déclarant | Beroep aangever | Professione del dichiarante | Auskunftsperson Beruf |
Zawód zgłaszającego | Occupation of next of kin | Occupation of emergency contact |
Guarantor occupation | Landlord's profession | Beruf des Hausarztes"""


# Jobs that somebody wants, looks for or has learned, and does not do.
WANTED = """\
Job title applied for | Occupation sought | Occupation trained for | Intended occupation |
Target job title | Old job title | Angestrebter Beruf | Gesuchter Beruf | Métier recherché |
Métier de rêve | Ocupación buscada | Profesión soñada | Professione desiderata |
Professione ideale | Profissão desejada | Cargo pretendido | Gewenst beroep | Gezochte functie |
Zawód pożądany | Zawód docelowy | Ocupația dorită | Požadované povolání |
Požadované povolanie | Željeni poklic | Željeno zanimanje | Kívánt foglalkozás |
Желана професия | Επιθυμητό επάγγελμα | Norima profesija | Vēlamā profesija | Soovitud amet |
Haluttu ammatti | Önskat yrke | Ønsket erhverv | Ønsket yrke | المهنة المرغوبة |
İstenen meslek | Желаемая профессия | Бажана професія | Pekerjaan yang diinginkan"""


@pytest.mark.parametrize("header", listed(f"{OTHERS} | {WANTED}"))
def test_another_job_is_not_the_job(header: str) -> None:
    for written in (header, header.upper(), header.replace(" ", "_")):
        assert match(written, "job_title") is None


@pytest.mark.parametrize("line", QUESTIONS.splitlines())
def test_questions_in_each_language(line: str) -> None:
    """No word of a question is taken for a word of another language, such as Turkish "eş"."""
    title, duties = line.partition(": ")[2].split(" | ")
    for written in (str, str.upper):
        assert match(written(title), "job_title") is not None
        assert match(written(duties), "duties_description") is not None


def test_a_word_counts_with_its_own_accents() -> None:
    assert match("yrke, år", "job_title") is None  # "year"
    assert match("Är detta ditt yrke", "job_title") is not None
    assert match("eş: meslek", "job_title") is None  # "spouse"


def test_the_last_week_is_no_former_job() -> None:
    question = "Welchen Beruf haben Sie in den letzten sieben Tagen ausgeübt?"
    assert match(question, "job_title") is not None


@pytest.mark.parametrize(
    "header",
    [
        "job_title",
        "Job Title",
        "jobTitle",
        "JOB-TITLE",
        "job.title",
        " Jobtitle ",
        "Job title:",
        "Q5. Job title",
        "Q12_job_title",
        "work/job_title",
        "group_work/jobTitle",
        "data-job_title",
        "respondent.jobTitle",
        "Job title::English (en)",
        "Job title (main job)",
        "job_title_text",
    ],
)
def test_our_name_in_many_writings(header: str) -> None:
    found = match(header, "job_title")
    assert found is not None and found[0] == Match.OURS


@pytest.mark.parametrize(
    ("header", "level"),
    [
        ("Berufsbezeichnung", Match.EXACT),
        ("TAETIGKEITSBEZEICHNUNG", Match.EXACT),
        ("Planstellentext", Match.EXACT),
        ("Stellenbez.", Match.EXACT),
        ("Ausgeübte Tätigkeit", Match.SPECIFIC),
        ("Intitule du poste", Match.EXACT),
        ("zawod", Match.SPECIFIC),
        ("PROFISSÃO", Match.SPECIFIC),
        ("Επάγγελμα", Match.SPECIFIC),
        ("المهنة", Match.SPECIFIC),
        ("title", Match.GENERIC),
        ("Tätigkeit", Match.GENERIC),
        ("What is your main occupation?", Match.CONTAINED),
        ("Quelle est votre profession ?", Match.CONTAINED),
        ("Wie lautet Ihre Berufsbezeichnung?", Match.CONTAINED),
    ],
)
def test_how_much_a_name_says(header: str, level: Match) -> None:
    found = match(header, "job_title")
    assert found is not None and found[0] == level


@pytest.mark.parametrize(
    "header",
    [
        "father_occupation",
        "Yrke, far",
        "Beruf_Vater",
        "occupation_baba",
        "What was your last occupation?",
        "Mother's occupation",
        "occupation_code",
        "occupationId",
        "spouse.occupation",
        "previous occupation",
        "Beruf des Vaters",
        "profession du conjoint",
        "How satisfied are you with your occupation?",
        "occupation_isco08",
        "industry",
        "jobs",
        "id",
        "",
        "name",
        "kod zawodu",
    ],
)
def test_other_questions_are_not_the_job(header: str) -> None:
    assert match(header, "job_title") is None


@pytest.mark.parametrize("column", ["job_title", "duties_description"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_names_of_its_own_that_are_found(column: str, language: str) -> None:
    names = usual_names(column, language)
    assert len(names) > 2
    for name in names:
        for written in (name, name.upper(), name.replace(" ", "_"), name.title().replace(" ", "")):
            assert match(written, column) is not None, written


@pytest.mark.parametrize(
    "header",
    [
        *("Post title", "Role title", "Job Profile Name", "JOBTITLE_EN", "jobtitle_de"),
        *("Libellé emploi", "LIB_EMPLOI", "Intitulé emploi", "Intitulé de la fonction"),
        *("Dienstbezeichnung", "Amtsbezeichnung", "Job Titles", "Working Title", "POSN_TITLE"),
        *("JOBCODE_DESCR", "Job Class Title", "Position Text"),
    ],
)
def test_headers_of_offices_that_hold_titles(header: str) -> None:
    found = match(header, "job_title")
    assert found is not None and found[0] <= Match.EXACT
    assert match(header, "duties_description") is None


@pytest.mark.parametrize(
    "header",
    [
        *("Employee title", "Categoría profesional", "Profilo professionale", "Cargo ou função"),
        *("Payroll Title", "Civil Service Title", "Official title"),
        *("Pracovní zařazení", "Pracovné zaradenie", "Ειδικότητα", "Title_EN", "CLASS TITLE"),
    ],
)
def test_headers_of_offices_that_may_hold_titles(header: str) -> None:
    found = match(header, "job_title")
    assert found is not None and found[0] == Match.GENERIC


@pytest.mark.parametrize(
    "header",
    [
        "Job Code Description",
        *("Co robisz zawodowo?", "Kāda ir jūsu profesija?", "Millega te tegelete?"),
        *("Q4. Kāda ir jūsu nodarbošanās?", "Co Pani robi zawodowo?"),
    ],
)
def test_more_questions_for_the_job(header: str) -> None:
    assert match(header, "job_title") is not None


def test_a_description_of_the_job_is_the_duties() -> None:
    names = """\
Descripción puesto | Descrizione mansione | Position description | Opis činnosti
Funktionsbeschreibung | Positionsbeschreibung | Description de fonction | Role description
Descrizione della posizione | Popis pozice | Popis pracovného miesta | Opis delovnega mesta
"""
    for header in names.strip().replace("\n", " | ").split(" | "):
        assert match(header, "job_title") is None
        assert match(header, "duties_description") == (Match.SPECIFIC, 0)
