"""The forms of a title that respondents write."""

from __future__ import annotations

import pytest

from training.dataset.title_forms import title_forms


@pytest.mark.parametrize(
    ("title", "forms"),
    [
        ("nurse", {"nurse"}),
        ("conducteur / conductrice offset", {"conducteur offset", "conductrice offset"}),
        ("Gestalter/in", {"Gestalter", "Gestalterin"}),
        ("Lehrer/-innen", {"Lehrer", "Lehrerinnen"}),
        (
            "Werber/in (Presse)",
            {"Werber", "Werberin", "Werber (Presse)", "Werberin (Presse)"},
        ),
        ("diretor técnico/diretora técnica", {"diretor técnico", "diretora técnica"}),
        ("vozač taksija/vozačica", {"vozač taksija", "vozačica taksija"}),
        ("aranyműves/mfn", {"aranyműves"}),
        ("a/b/c", {"a/b/c"}),
        ("cook and/or waiter", {"cook and/or waiter"}),
        ("HGV C/E driver", {"HGV C/E driver"}),
        ("(x)", {"(x)"}),
        ("-- (nurse)", {"-- (nurse)"}),
        ("hgv c/e driver", {"hgv c/e driver"}),
        ("professor(a)", {"professor", "professora"}),
        ("Lehrer(in)", {"Lehrer", "Lehrerin"}),
        ("Lehrer:in", {"Lehrer", "Lehrerin"}),
        ("Pfleger*innen", {"Pfleger", "Pflegerinnen"}),
        ("Ordinationsgehilf(e)in", {"Ordinationsgehilfe", "Ordinationsgehilfin"}),
        ("enfermeiro/a", {"enfermeiro", "enfermeira"}),
        ("maestros/as de primaria", {"maestros de primaria", "maestras de primaria"}),
        ("", {""}),
    ],
)
def test_each_gender_and_parentheses(title: str, forms: set[str]) -> None:
    assert set(title_forms(title)) == forms
