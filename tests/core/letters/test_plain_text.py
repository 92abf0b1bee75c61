"""HTML, emoji, invisible and decorated letters end as the plain text that the model sees."""

from __future__ import annotations

import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.csv_table import open_table
from core.letters.plain_text import plain_text
from core.text import EMPTY_TEXT, clean, join
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Sales &amp; marketing", "sales marketing"),
        ("Sales &amp;amp; marketing", "sales marketing"),
        ("sales&marketing, copy&paste, R&D", "sales marketing copy paste r d"),
        ("finance&notary, sales&copywriting", "finance notary sales copywriting"),
        ("Director&#39;s / Director&rsquo;s / Director&#x2019;s", "directors directors directors"),
        ("Caf&eacute; &NBSP; owner&nbsp;", "café owner"),
        ("<b>Weld</b>er<br>of<br/>hulls", "welder of hulls"),
        ("<p>wards</p><ul><li>a</li><li>b</li></ul>", "wards a b"),
        ("&lt;p&gt;gives&lt;/p&gt;pills", "gives pills"),
        ('<span style="color:red" class=x>cook</span><!-- note -->', "cook"),
        ("cook<style>p { margin: 0 }</style><script>x()</script>", "cook"),
        ("cook<style>p { margin: 0; colo", "cook"),  # a cell that was cut
        ("<xml> cook", "cook"),
        ("<none> <refused>", "none refused"),
        ("a < b > c", "a b c"),
        ("fitter_x000D__x000A_", "fitter"),
        ("nurse ❤️", "nurse"),
        ("👩‍⚕️nurse", "nurse"),
        ("1️⃣ cook 🅰️", "cook"),
        ("kran\u200bkenschwester \u200bim OP\u200b", "krankenschwester im op"),
        ("nurse/\u200bmanager, \u200b\u200bNurse\u200bManager", "nurse manager nurse manager"),
        ("พยาบาล\u200bวิชาชีพ", "พยาบาล วิชาชีพ"),
        ("Kran\u2060ken\u00adschwe\ufeffs\u200eter\u202c", "krankenschwester"),
        ("Kranken-\nschwester", "krankenschwester"),
        ("software engi-\r\n neer", "software engineer"),
        ("Kranken\u00ad\nschwester", "krankenschwester"),
        ("software\nengineer", "software engineer"),
        ("Kranken-\nund Altenpfleger", "kranken und altenpfleger"),
        (
            "Kinder-\nbzw Altenpfleger, pleje-\neller rengøring",
            "kinder bzw altenpfleger pleje eller rengøring",
        ),
        ("auto-\nili kamionski vozač", "auto ili kamionski vozač"),
        ("Vertriebs-\nMitarbeiter", "vertriebs mitarbeiter"),
        ("bejjiegħ tal-\nħwejjeġ, co-\nworker", "bejjiegħ tal ħwejjeġ co worker"),
        ("first-\n2 nurses", "first 2 nurses"),
        ("care\xadtaker\u2060\u034f", "caretaker"),
        ("ｎｕｒｓｅ 𝓷𝓾𝓻𝓼𝓮 𝐧𝐮𝐫𝐬𝐞 ⓝⓤⓡⓢⓔ 🅝🅤🅡🅢🅔 🅽🆄🆁🆂🅴", "nurse nurse nurse nurse nurse nurse"),
        ("n̲u̲r̲s̲e̲ w̶e̶l̶d̶e̶r̶", "nurse welder"),
        ("مـــهندس", "مهندس"),
        ("nurse｜ward", "nurse ward"),
        ("SAP™ consultant℠", "sap consultant"),
        ("Kran¬kenschwester, Kranken¬\nschwester", "krankenschwester krankenschwester"),
        ("Kranken-_x000D_\nschwester", "krankenschwester"),
        ("nurse<o:p></o:p> <st1:place w:st='on'>ward</st1:place>", "nurse ward"),
        ("<w:p><w:r>nur</w:r><w:r>se</w:r></w:p><w:p>ward</w:p>", "nurse ward"),
        ("<!DOCTYPE html><![CDATA[<p>nurse</p>]]><nobr>ward</nobr>", "nurse ward"),
        ("<![if !supportLists]>a<![endif]><?xml:namespace prefix = o />", "a"),
        ("<!--[if mso 9]><xml><w:View>Normal</w:View></xml><![endif]-->cook <!-- x", "cook x"),
        ("<xml><w:Zoom>0</w:Zoom></xml>cook", "cook"),
        ("<td nowrap>cook</td><hr noshade><a href='x'>chef</a>", "cook chef"),
        ("<head nurse>, <data entry>", "head nurse data entry"),
        (r"nurse\r\nward\\r\\nOP", "nurse ward op"),
        (r"Pflegerin\nOP-Saal\tNacht", "pflegerin op saal nacht"),
        (r"washes patients,\nmakes beds", "washes patients makes beds"),
        (r"washes patients\nmakes beds\nlifts", "washes patients makes beds lifts"),
        (r"медсестра\nв больнице", "медсестра в больнице"),
        (r"Kranken-\nschwester", "krankenschwester"),
        (r"agent d\'entretien, \"chef\"", "agent dentretien chef"),
        (r"infirmi\u00e8re \\u043f\u043E\ud83d\ude00", "infirmière по"),
        (r"infirmi\xe8re d\'\xe9tat", "infirmière détat"),
        (r"b'infirmi\xc3\xa8re'", "infirmière"),
        ('b"women\'s officer"', "womens officer"),
        ("infirmi%C3%A8re%20en%20chef", "infirmière en chef"),
        ("R%26D%2Fsales+manager", "r d sales manager"),
        ("caf%E9%20owner", "café owner"),
        ("m%E9decin", "médecin"),
        ("%C9ducateur", "éducateur"),
        (
            "infirmiu00e8re, gu00E4rtner, kierowca tu0142umacz",
            "infirmière gärtner kierowca tłumacz",
        ),
        ("u00e9ducateur, room u00e8, menu0a12", "éducateur room u00e8 menu0a12"),
        ("INFIRMIU00C8RE, main d'u0153uvre, u015bpiewak", "infirmière main dœuvre śpiewak"),
        ("washes patients{newline}makes{tab}beds{cr}", "washes patients makes beds"),
        ("① nurse", "nurse"),
        ("ɴᴜʀꜱᴇ", "nurse"),
    ],
)
def test_what_is_meant(written: str, meant: str) -> None:
    assert join(written) == join(meant) and clean(meant) == meant


@pytest.mark.parametrize(
    "written",
    [
        "❤️",
        "👨🏽‍🏭",
        "1️⃣",
        "#️⃣2️⃣",
        "ℹ️",
        "Ⓜ️",
        "🆗",
        "🈁",
        "㊙️",
        "🇦🇹",
        "⠀",
        "ㅤ",
        "\uffa0",
        "\u2063",
        "ـ",
        "\ufe0e",
        "\u200b\u200d",
        "&nbsp;",
        "<br/>",
        "&#8203;",
    ],
)
def test_without_a_letter_it_is_empty(written: str) -> None:
    assert join(written) == EMPTY_TEXT


@pytest.mark.parametrize(
    "written",
    [
        "Krankenpfleger/-in für Ältere",
        "infirmière d’État",
        "μηχανικός",
        "водій їдальні",
        "शिक्षक",
        "مهندس مدني",
        "한국어 교사",
        "日本語教師",
        "giáo viên",
        "ครู",
        "C++ & C# developer",
        "øre-, næse- og halslæge",
        "žáček & syn",
        "naïve — “quoted”",
        "2 x 3 < 7",
        "AT&T engineer",
        r"doctor\nurse, Admin.\technician",
        r"driver\technician / N\A",
        r"under cook C:\udine",
        "cook 80%20 h",
        "caf%E9 owner",
        "100%DE",
        "owner%editor",
        "cook50%75",
        "b'nurse",
        "<none of these>",
    ],
)
def test_other_texts_stay_as_they_are(written: str) -> None:
    assert clean(plain_text(written)) == clean(written)
    assert plain_text(written) == written


def test_the_texts_of_the_training_stay_as_they_are() -> None:
    path = ROOT / "data" / "reference" / "answers" / "en.csv"
    table = open_table(path, {"job_title": (), "duties_description": ()}, ("job_title",))
    for _, row in table.rows():
        assert [plain_text(cell) for cell in row] == row


@given(st.text(max_size=80))
def test_it_is_its_own_plain_text(text: str) -> None:
    joined = join(text)
    assert clean(joined) == joined and joined.count("|") == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    [
        "\u0301",
        "\u0301\u0327",
        "а\u0301",
        "<script>",
        "<",
        "<a ",
        "<!--",
        "&",
        "&amp;",
        "&amp;amp;",
        "Ã©",
        "Ã",
        "abcÃ© ",
        "❤️",
        "\ufe0f",
        "<p>x</p>",
        "_x000D_",
        "\\",
        r"\u00e8",
        r"\n",
        r"-\\",
        "%20",
        "<a =",
        "<a  hidden",
        "<!-- -->",
        "--><!--",
        "<![CDATA[",
        "㊗",
        "ﷺ",
    ],
)
def test_the_time_grows_with_the_length_and_not_with_its_square(unit: str) -> None:
    def seconds(n_chars: int) -> float:
        start_s = time.process_time()
        join("a" + unit * (n_chars // len(unit)))
        return time.process_time() - start_s

    seconds(1_000)
    fast = min(seconds(20_000) for _ in range(3))
    # Eight times the length; with the square it is 64 times. Once is enough if it was quick.
    assert any(seconds(160_000) < 24 * fast + 0.1 for _ in range(2))


def test_marks_of_real_letters_are_kept() -> None:
    for text in ("ệ", "שָׁ", "क्ष्म", "ผู้", "a" + "\u0301" * 20):
        assert plain_text(text) == text
    assert len(plain_text("a" + "\u0301" * 5_000)) <= 31
    assert unicodedata.combining(plain_text("a" + "\u0301" * 5_000)[-1])


def test_a_row_is_read_so_and_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("job_title\n<b>Nurse</b> &amp; ❤️\n", encoding="utf-8")
    table = open_table(path, {"job_title": ()}, ("job_title",))
    assert [row for _, row in table.rows()] == [["<b>Nurse</b> &amp; ❤️"]]
