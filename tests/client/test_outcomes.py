from io import StringIO

from rich.console import Console

from scanloft.client.outcomes import Outcome, show


def told(outcomes: list[Outcome]) -> str:
    target = StringIO()
    show(Console(file=target, width=80), outcomes)
    return target.getvalue()


def test_files_with_the_same_reason_are_told_together() -> None:
    reason = "These pixels may show names: let a person look."
    many = [Outcome(f"{number}.dcm", "refused", "pixel_review", reason) for number in range(100)]
    others = [
        Outcome("[red]x.txt", "ignored", "not_dicom", "No DICOM."),
        Outcome("a.dcm", "refused", "pixel_review", "Another reason."),
        Outcome("b.dcm", "deidentified"),
    ]
    assert told([*many, *others]) == (
        "refused (pixel_review): 0.dcm, 1.dcm, 2.dcm and 97 more\n"
        f"  {reason}\n"
        "ignored (not_dicom): [red]x.txt\n"
        "  No DICOM.\n"
        "refused (pixel_review): a.dcm\n"
        "  Another reason.\n"
        "A --report names all of them.\n"
        "1 deidentified, 101 refused, 1 ignored\n"
    )


def test_a_few_are_all_named() -> None:
    few = [Outcome(name, "ignored", "not_dicom", "No DICOM.") for name in "abc"]
    assert told(few) == (
        "ignored (not_dicom): a, b, c\n  No DICOM.\n0 deidentified, 0 refused, 3 ignored\n"
    )
