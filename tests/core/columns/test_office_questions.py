"""Questions and labels of labour force surveys and registers, as offices write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.columns.header_names import Match, match
from core.csv_table import open_table
from core.settings_file.text_columns import DUTIES, JOB_TITLE
from tests.core.listed_texts import listed

TITLES = """\
Kojim se zanimanjem bavite? | Čime se bavite? | Čime se profesionalno bavite? | Vrsta posla
U kojem zanimanju radite? | Na kojem ste radnom mjestu zaposleni? | Kojim poslom se bavite?
Posao koji obavlja | Zaposlenje
Názov pracovného miesta | Pracovné miesto | Druh práce | Typová pozícia
Uveďte názov Vášho zamestnania | Akým povolaním sa živíte?
Jakým povoláním se živíte? | Název pracovního místa | Pracovní místo
S čim se ukvarjate? | V katerem poklicu delate? | Vrsta dela
Вид работа | С какво се занимавате? | Като какъв работите? | Dlajnost
Είδος εργασίας | Mit dolgozik? | Beosztása | Funcția ocupată
W jakim zawodzie Pan(i) pracuje? | Czym się Pan(i) zajmuje? | Kim Pan(i) jest z zawodu?
Welcher Tätigkeit gehen Sie nach? | Welcher beruflichen Tätigkeit gehen Sie nach?
Welches war Ihre Haupttätigkeit in den letzten 7 Tagen? | Was war Ihre Haupttätigkeit?
Naziv rad. mjesta | Nazwa stan. | Q7. Denum. postului | Pareigų pav. | AMETINIM. | Befattn.
Yrkesben. | Prof. principale | Amata nosauk. (pilns) | Amm.nimike | Naziv del. mesta
Sp. 6 Hvad er din nuværende stilling? | Sp. 6 Hvert er núverandi starf þitt? | Staða (starf)
8) Apa pekerjaan Bapak/Ibu? | Q7. Type of work done | Anda bekerja sebagai apa? | Ko Jūs strādājat?
Als was sind Sie derzeit beschäftigt? | Čím jste povoláním? | X'taħdem? | Cad é do shlí bheatha?
What's your job? | Position held | Title of main paid job | CURR OCC | 07_Job role
Job held last week | Как се нарича длъжността, която заемате? | Kā sauc Jūsu amatu?
Kuidas nimetatakse Teie ametit? | Mikä on tehtävänimikkeenne? | Hva heter yrket ditt?
Hvað heitir starfið þitt? | JABATAN_TEKS
Ποιος είναι ο τίτλος της θέσης σας; | Hogy hívják a foglalkozását? | Profession déclarée
Jabatan saat ini | Postul ocupat în prezent | Cargo exercido | Kariga attwali | Stelle heute
Τρέχουσα θέση εργασίας | Jako kto Pan(i) pracuje? | Em que é que trabalha? | Koks Jūsų darbas?
What is the exact title of the job you hold at the moment? (For instance: "primary school teacher")
What job are you doing at present? | Indiquez l'intitulé exact de votre emploi | Intitulé
Votre profession (ouvrier, employé, manager…) | Position (Manager / Staff) | Beruf / Führungskraft
Qual é o seu cargo? | Care este funcția dvs.? | Cad é do phost? | X'inhu x-xogħol tiegħek?"""

TASKS = """\
Koje poslove obavljate na radnom mjestu? | Opišite poslove koje obavljate | Opišite što radite
Navedite glavne zadatke | Popíšte vykonávanú činnosť | Vykonávaná činnosť | Opíšte svoju prácu
Popis pracovnej náplne | Popište vykonávanou činnost | Vykonávaná činnost
Katera dela opravljate? | Kaj konkretno delate? | Опишете Вашата работа
Αντικείμενο εργασίας | Írja le munkáját
En quoi consistait votre travail ? | Worin bestand Ihre Arbeit? | What did your work consist of?
¿En qué consistía su trabajo? | In cosa consisteva il suo lavoro? | Em que consistia o seu trabalho?
Waaruit bestaat uw werk? | Waaruit bestond uw werk? | Na czym polegała Pana praca?
V čem spočívala Vaše práce? | V čom spočívala Vaša práca? | Kaj je obsegalo Vaše delo?
Od čega se sastojao Vaš posao? | Miből állt a munkája? | В какво се състоеше работата Ви?
Σε τι συνίστατο η εργασία σας; | Vad bestod ditt arbete av? | Hvad gik dit arbejde ud på?
Hva besto arbeidet ditt i? | Hva gikk arbeidet ditt ut på? | В чём состояла ваша работа?
У чому полягала ваша робота?
Opis zad. | Opravila | Opišite, kaj delate na svojem delovnem mestu
Опишете какво вършите на работното си място | Lýstu því sem þú gerir í vinnunni
Déan cur síos ar do chuid dualgas | Tehtävien kuvaus | Descrizione attività lavorativa
Čo robíte v zamestnaní? | Actividades que realiza en el puesto
What do you actually do in that job? | Iddeskrivi x'tagħmel fuq ix-xogħol | Zaduženja"""

OTHERS = """\
Zanimanje 2. osobe | Zanimanje (2. osoba) | Povolanie 2. osoby | Zawód 2. osoby | Poklic 2. osebe
Beruf der 2. Person | Foglalkozás 2. személy | Професия на 2-ро лице | Επάγγελμα 2ου ατόμου
Profession de la 2e personne | Profissão da 2.ª pessoa | Beroep 2e persoon | Yrke 2:a person
Profesija 2. persona | Ammatti 3. henkilö | Zanimanje 3. člana
Zanimanje po struci | Zanimanje po obrazovanju | Професия по образование | Poklic po izobrazbi
Povolanie podľa vzdelania | Povolání podle vzdělání | Szakképzettség szerinti foglalkozás
Profesia dobândită | Profession selon diplôme | Foglalkozás kódja | Foglalkozás kódszáma
Meslek kodu
MANAGER_JOB_TITLE | Manager's job title | Mantan pekerjaan
Beroep vóór huidige baan | F.d. yrke | Tidl. stilling | Antraeilės pareigos | Yrke i biarbeidet
Slí bheatha an chéile | Juhi ametikoht | Leders stilling | Povolání nadřízeného
Longest held occupation | Condición de ocupación | Počet zaměstnání
Délka zaměstnání | Důvod odchodu ze zaměstnání | Vzdelanie pre povolanie | Število zaposlitev
Job title of your line manager | Reports to (job title) | Intitulé du poste de votre supérieur
Job title of the person you report to | Beruf der Führungskraft | Intitulé de la formation
Poste de votre manager | Beruf des Chefs | What is the title of the job you would like?
Stilling i erhverv | مجموعة المهنة | Jumlah pekerjaan | Golongan pekerjaan"""

DESCRIBED = """\
Zanimanje | Opis zanimanja
Povolanie | Opis povolania
Poklic | Opis poklica
Zawód | Opis zawodu
Професия | Описание на професията
Επάγγελμα | Περιγραφή επαγγέλματος
Beroep | Beroepsomschrijving
Yrke | Yrkesbeskrivning
Stilling | Arbejdsfunktion"""


@pytest.mark.parametrize("header", listed(TITLES))
def test_the_job(header: str) -> None:
    assert match(header, JOB_TITLE) is not None


@pytest.mark.parametrize("header", listed(TASKS))
def test_the_duties(header: str) -> None:
    assert match(header, DUTIES) is not None
    assert match(header, JOB_TITLE) is None


@pytest.mark.parametrize("header", listed(OTHERS))
def test_another_person_time_and_question_are_not_the_job(header: str) -> None:
    assert match(header, JOB_TITLE) is None


@pytest.mark.parametrize(
    "header", ["P2_3 Osoba zanimanje", "Zanimanje 1. osobe", "Occupation 2 (person 1)"]
)
def test_the_first_person_stays(header: str) -> None:
    assert match(header, JOB_TITLE) is not None


@pytest.mark.parametrize("line", DESCRIBED.splitlines())
def test_a_description_of_the_job_is_the_title_where_there_is_none(
    line: str, tmp_path: Path
) -> None:
    title, described = line.split(" | ")
    assert match(described, JOB_TITLE) == match(described, DUTIES) == (Match.GENERIC, 0)
    aliases: dict[str, list[str]] = {JOB_TITLE: [], DUTIES: []}
    path = tmp_path / "s.csv"
    path.write_text(f"id,{title},{described}\n1,nurse,looks after patients\n")
    columns = open_table(path, aliases, [JOB_TITLE]).columns
    assert (columns[JOB_TITLE], columns[DUTIES]) == (1, 2)
    path.write_text(f"id,{described}\n1,nurse\n")
    assert open_table(path, aliases, [JOB_TITLE]).columns == {JOB_TITLE: 1}


# The job, its duties, and neither: surveys of Latin America, Africa and Arab countries.
SOUTHERN_TITLES = """\
Labor que realiza | Cargo que desempeña | NOM_OCUP | OCUP_DESC | ¿Cuál es el oficio de [nombre]?
Emploi exercé | Nature du travail | Quel est l'emploi principal exercé par [nom] ?
Função que desempenha | Qual é a ocupação principal de (nome)? | نوع العمل | الحرفة | الشغل
ما هو العمل الذي تقوم به؟ | Type of work | Livelihood | Usual occupation | hh:roster:occup_main
What was [NAME]'s main occupation? | PROCC_DESC"""
SOUTHERN_TASKS = """\
¿Qué hace en este trabajo? | P6370. ¿Qué hace … en este trabajo? | Actividades que realiza
¿Qué hace [nombre] en ese trabajo? | ¿Qué hace usted en ese trabajo?
Que fait-il dans cet emploi ? | O que faz neste trabalho?
طبيعة العمل | What does [NAME] do in this job?"""
SOUTHERN_OTHERS = """\
¿A qué se dedica el negocio? | ¿A qué se dedica la empresa? | Profession du CM | مهنة رب الأسرة
Occupation [child] | Ocupación del jefe del hogar | Statut dans l'emploi"""


@pytest.mark.parametrize("header", listed(SOUTHERN_TITLES))
def test_the_job_in_household_surveys(header: str) -> None:
    assert match(header, JOB_TITLE) is not None


@pytest.mark.parametrize("header", listed(SOUTHERN_TASKS))
def test_the_duties_in_household_surveys(header: str) -> None:
    assert match(header, DUTIES) is not None
    assert match(header, JOB_TITLE) is None


@pytest.mark.parametrize("header", listed(SOUTHERN_OTHERS))
def test_a_business_and_another_person_in_household_surveys(header: str) -> None:
    assert match(header, JOB_TITLE) is None


# The North, the Low Countries and the Baltic; letters also as "aa" and "oe", as in variables.
NORTHERN_TITLES = """\
Naam functie | Wat is uw functie in uw hoofdbaan? | Hoe luidt uw functie? | Uitgeoefende functie
Wat is de functie van [naam]? | stillingsbenevnelse | Yrkesbenevnelse | Hva er yrket ditt?
Hva slags arbeid utfører du? | Befattningstext | Yrkestext | Hvad er din arbejdsfunktion?
Hvað starfar þú við? | Stöðuheiti | Hvaða starfi gegnir þú? | Kes te ametilt olete?
Mis ametis te töötate? | Kāds ir Jūsu darbs? | Kuo Jūs dirbate? | Užsiėmimas"""
NORTHERN_TASKS = """\
Jobinhoud | Aard van het werk | Wat moet u in dit beroep doen? | Vanligaste arbetsuppgifterna
Vad gör du huvudsakligen på jobbet? | Beskriv arbeidsoppgavene | Hva går arbeidet ut på?
Hva består arbeidet av? | Hvad består dit arbejde i? | Jobindhold | Verksvið | Töö sisu
Í hverju felst starfið? | Helstu viðfangsefni | Veicamais darbs | Darba saturs | Darba raksturs
Aprakstiet savus darba pienākumus | Darbo pobūdis | Atliekamas darbas | Työn sisältö
Työtehtävä | TYOTEHTAVA_TEKSTI | Huvudsaklig arbetsuppgift | Viktigste arbeidsoppgave | Hoofdtaak
Vigtigste arbejdsopgave | Peamine tööülesanne | Darba pienākums | Tâche principale | Main duty
Τι ακριβώς κάνετε; | Характер на работата | Art der Arbeit | Obsah práce | Priroda posla"""
NORTHERN_OTHERS = """\
stilling_for_et_aar_siden | yrke_for_ett_aar_siden | Yrke foer ett aar sedan | oensket yrke
Frueherer Beruf | beruf_frueher | Zusaetzlicher Beruf | aegtefaelles stilling
Starf fyrir ári | starf_fyrir_ari | Starf fyrir ári síðan | Επάγγελμα προ έτους
Profession il y a un an | Beroep 2e baan | sekundær stilling | Dzīvesbiedra profesija
Amet, mida otsite | Sinds wanneer oefent u uw functie uit? | Kur ir Jūsu darbs?
Hvar starfar þú? | Kus te ametis töötate? | Kada pradėjote eiti pareigas?"""


@pytest.mark.parametrize("header", listed(NORTHERN_TITLES))
def test_the_job_in_the_north(header: str) -> None:
    assert match(header, JOB_TITLE) is not None
    assert match(header, DUTIES) is None


@pytest.mark.parametrize("header", listed(NORTHERN_TASKS))
def test_the_duties_in_the_north(header: str) -> None:
    assert match(header, DUTIES) is not None
    assert match(header, JOB_TITLE) is None


@pytest.mark.parametrize("header", listed(NORTHERN_OTHERS))
def test_another_time_job_and_person_in_the_north(header: str) -> None:
    assert match(header, JOB_TITLE) is None


def test_the_year_before_is_named_in_a_note(tmp_path: Path) -> None:
    """A register of Denmark, whose names of variables have no letters of their own."""
    path = tmp_path / "aku.csv"
    path.write_text(
        "nr;stilling;arbejdsfunktion;stilling_for_et_aar_siden\n"
        "1;kok;laver mad i kantine;tjener\n2;smed;svejser;lærling\n",
        encoding="utf-8",
    )
    table = open_table(path, {JOB_TITLE: [], DUTIES: []}, [JOB_TITLE])
    assert table.columns == {JOB_TITLE: 1, DUTIES: 2}
    (note,) = [note for note in table.notes if "siden" in note]
    assert "their names say something else" in note
