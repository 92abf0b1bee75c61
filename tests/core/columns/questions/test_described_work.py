"""Questions that ask to describe the work, and names of duties beside one of the job."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.columns.header_names import match
from core.csv_table import open_table
from core.settings_file.text_columns import DUTIES, JOB_TITLE
from tests.core.listed_texts import listed

THE_WORK = """\
Describe your work | Describe briefly your work | Briefly describe your work
Please describe your main tasks in detail | Please describe in your own words what you do
What exactly do you do? | Was machen Sie genau?
Was genau machen Sie? | Was machen Sie konkret? | Que faites-vous exactement ?
Que faites-vous concrètement ? | ¿Qué hace exactamente? | Cosa fa esattamente?
O que faz exatamente? | Czym się Pan/Pani dokładnie zajmuje? | Co dokładnie Pan/Pani robi?
Co přesně děláte? | Čo presne robíte? | Kaj točno delate? | Što točno radite?
Mit csinál pontosan? | Ce faceți exact? | Какво точно правите? | Τι ακριβώς κάνετε;
Vad gör du exakt? | Hvad laver du præcist? | Hva gjør du konkret? | Mitä teet tarkalleen?
Mida te täpselt teete? | Ką tiksliai darote? | Ko tieši darāt? | Что именно вы делаете?
Describe what you do | Describe your role | Please describe your position in a few words
Beschreiben Sie Ihre Arbeit | Beschreiben Sie kurz Ihre Arbeit
Bitte beschreiben Sie kurz Ihre Tätigkeit | Beschreiben Sie genau, was Sie tun
Décrivez votre travail | Décrivez brièvement votre travail | Décrivez en détail vos tâches
Décrivez ce que vous faites | Décrivez votre poste | Décrivez votre rôle
Beschreiben Sie Ihre Stelle | Beschreiben Sie kurz Ihre Funktion | Describa su cargo
Descriva il suo ruolo | Descreva a sua função | Beschrijf uw functie | Beskriv din roll
Describa su trabajo | Describa brevemente su trabajo | Describa detalladamente sus tareas
Describa lo que hace
Descriva il suo lavoro | Descriva brevemente il suo lavoro
Descriva in dettaglio le sue mansioni | Descriva cosa fa | Può descrivere il suo lavoro?
Descriva la sua attività lavorativa
Descreva o seu trabalho | Descreva brevemente o seu trabalho | Descreva o que faz
Beschrijf uw werk | Beschrijf kort uw werk | Omschrijf kort uw werkzaamheden
Beschrijf wat u doet
Opisz swoją pracę | Proszę opisać swoją pracę | Proszę krótko opisać swoją pracę
Proszę opisać, na czym polega Pana(i) praca | Proszę krótko opisać, co Pan/Pani robi w pracy
Proszę opisać pracę, którą Pan(i) wykonuje
Descrieți munca dvs. | Descrieți pe scurt munca dvs. | Descrieți pe scurt activitatea
Descrieți sarcinile | Descrieți pe scurt ce lucru îndepliniți | Descrieți ce faceți
Ce activități desfășurați? | Descrieți sarcinile principale
Popište svou práci | Popište stručně svou práci | Popište Vaši práci
Stručně popište, co děláte | Popište hlavní pracovní činnost | Popište hlavní náplň práce
Popíšte svoju prácu | Stručne popíšte svoju prácu | Popíšte Vašu prácu | Popíšte, čo robíte
Opišite svoje delo | Na kratko opišite svoje delo | Opišite vaše delo | Opišite, kaj delate
Opišite glavne naloge
Opišite svoj posao | Ukratko opišite svoj posao | Opišite Vaš posao | Opišite što radite
Írja le a munkáját | Írja le röviden a munkáját | Kérjük, írja le, mit csinál a munkájában
Írja le, milyen feladatokat lát el | Milyen feladatokat lát el? | Mi a fő feladata?
Mik a feladatai? | Milyen tevékenységet végez?
Опишете работата си | Опишете накратко работата си | Опишете какво правите
Περιγράψτε την εργασία σας | Περιγράψτε σύντομα την εργασία σας
Beskriv dit arbejde | Beskriv kort dit arbejde | Beskriv hvad du laver
Beskriv ditt arbete | Beskriv kortfattat ditt arbete | Beskriv vad du gör
Beskriv arbeidet ditt | Beskriv kort arbeidet ditt | Beskriv hva du gjør
Kuvaile työtäsi | Kuvaile lyhyesti työtäsi | Kuvailkaa lyhyesti työtehtäviänne
Kirjeldage oma tööd | Kirjeldage lühidalt oma tööd
Aprašykite savo darbą | Trumpai aprašykite savo darbą
Aprakstiet savu darbu | Īsi aprakstiet savu darbu
Jelaskan pekerjaan Anda | Jelaskan secara singkat pekerjaan Anda
Jelaskan apa yang Anda kerjakan | Deskripsikan pekerjaan Anda | Uraikan pekerjaan Anda
Tuliskan tugas utama Anda
صف عملك | صف عملك باختصار | صف بإيجاز عملك | صف ما تقوم به في عملك | صف طبيعة عملك
ما هي أهم الأعمال التي تؤديها في مهنتك؟
İşinizi tanımlayın | İşinizi kısaca tanımlayın | Yaptığınız işi tarif ediniz
Yaptığınız işi anlatınız
Опишите вашу работу | Опишите кратко вашу работу | Кратко опишите, что вы делаете
Опишіть вашу роботу | Коротко опишіть вашу роботу"""

SOMETHING_ELSE = """\
Describe your work environment | Describe your previous work | Describe your father's work
Beschreiben Sie Ihren Arbeitsweg | Décrivez votre domicile | Opisz warunki pracy
Popište svou dovolenou | Írja le a lakását | Descriva la sua famiglia | Jelaskan keluarga Anda"""

THE_DUTIES = """\
Descrierea atribuțiilor | Sarcinile | Na czym polega Pana(i) praca?
Dolžnosti | Opis del | Uraian tugas/pekerjaan
Apa yang Anda kerjakan? | الأعمال التي يقوم بها
Duties/occupation | Mansioni svolte/professione
Zakres obowiązków / zawód | Náplň práce/povolání"""

THE_JOB = """\
Zajmowane stanowisko | Rodzaj wykonywanej pracy | Lavoro svolto | Jabatan dalam pekerjaan utama
Funcția la locul de muncă | Descrierea ocupației | Görevi | Yaptığı iş | Çalıştığı iş
work/occupation | zawód/stanowisko | Pekerjaan/jabatan | Nazwa wykonywanego zawodu
Jaká je Vaše současná práce? | Mi a munkája? | V kateri zaposlitvi delate? | İş yerindeki göreviniz
Ime vašega poklica ali delovnega mesta | Ce funcție ocupați? | ما هو نوع العمل؟
Apa pekerjaan Bapak/Ibu? | Apa pekerjaan utama Bapak/Ibu/Saudara saat ini?"""

NOT_THE_JOB = """\
Pekerjaan ibu | Pekerjaan bapak/ibu kandung | V kateri panogi delate?
Milyen munkát keres? | Eredeti foglalkozás | Zawód współmałżonka | Apa foglalkozása"""


@pytest.mark.parametrize("header", listed(THE_WORK) + listed(THE_DUTIES))
def test_the_duties(header: str) -> None:
    duties, title = match(header, DUTIES), match(header, JOB_TITLE)
    assert duties is not None
    assert title is None or duties <= title


@pytest.mark.parametrize("header", listed(SOMETHING_ELSE))
def test_something_else_is_described(header: str) -> None:
    assert match(header, DUTIES) is None


@pytest.mark.parametrize("header", listed(THE_JOB))
def test_the_job(header: str) -> None:
    title, duties = match(header, JOB_TITLE), match(header, DUTIES)
    assert title is not None
    assert duties is None or title <= duties


@pytest.mark.parametrize("header", listed(NOT_THE_JOB))
def test_another_time_and_person(header: str) -> None:
    assert match(header, JOB_TITLE) is None


def test_duties_beside_the_job_in_one_name(tmp_path: Path) -> None:
    """A labour force survey of Indonesia has both words in the name of its duties."""
    path = tmp_path / "sakernas.csv"
    path.write_text(
        "no;R20 Pekerjaan utama;Uraian tugas/pekerjaan\n1;petani padi;menanam padi\n"
        "2;guru SD;mengajar kelas 3\n",
        encoding="utf-8",
    )
    table = open_table(path, {JOB_TITLE: [], DUTIES: []}, [JOB_TITLE])
    assert table.columns == {JOB_TITLE: 1, DUTIES: 2}


def test_a_second_workplace_is_named_in_a_note(tmp_path: Path) -> None:
    path = tmp_path / "afm.csv"
    path.write_text(
        "nr;Funcția la locul de muncă principal;Funcția la locul de muncă secundar\n"
        "1;profesor;șofer\n2;contabil;casier\n",
        encoding="utf-8",
    )
    table = open_table(path, {JOB_TITLE: [], DUTIES: []}, [JOB_TITLE])
    assert table.columns == {JOB_TITLE: 1}
    assert any("secundar" in note for note in table.notes)


@pytest.mark.parametrize(
    ("coded", "said"),
    [
        ("Foglalkozás (kódolt)", "Foglalkozás szövegesen"),
        ("Occupation (coded)", "Occupation as the respondent said it"),
        ("Zawód zakodowany", "Zawód słownie"),
        ("Povolání kódované", "Povolání slovně"),
        ("Beruf gruppiert", "Beruf, offene Angabe"),
        ("المهنة مرمزة", "المهنة كما ذكرها المبحوث"),
    ],
)
def test_what_was_said_is_read_before_its_coded_group(
    coded: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "s.csv"
    path.write_text(f"id;{coded};{said}\n1;Sales;cashier\n2;Health;nurse\n", encoding="utf-8")
    aliases: dict[str, list[str]] = {JOB_TITLE: [], DUTIES: []}
    assert open_table(path, aliases, [JOB_TITLE]).columns == {JOB_TITLE: 2}
    path.write_text(f"id;{coded}\n1;cashier\n2;nurse\n", encoding="utf-8")
    assert open_table(path, aliases, [JOB_TITLE]).columns == {JOB_TITLE: 1}


@pytest.mark.parametrize("header", ["Ocupația cu un an în urmă", "المهنة العام الماضي"])
def test_the_job_of_a_year_ago_is_another(header: str, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text(f"id;Ocupația;{header}\n1;profesor;zidar\n", encoding="utf-8")
    table = open_table(path, {JOB_TITLE: [], DUTIES: []}, [JOB_TITLE])
    assert table.columns == {JOB_TITLE: 1}
    assert any("their names say something else" in note for note in table.notes)
