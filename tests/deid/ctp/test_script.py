"""Reading scripts: both forms give the same, and what CTP would misread is refused."""

import subprocess
import sys

import pytest

from scanloft.core.errors import InvalidProfile
from scanloft.deid.ctp.attributes import Attribute, AttributePath
from scanloft.deid.ctp.expressions import Call
from scanloft.deid.ctp.script import ElementAction, parse_script

XML = """<?xml version="1.0"?>
<script>
 <!-- a comment -->
 <p t="UIDROOT">1.2.40</p>
 <e en="T" t="00100020" n="PatientID">Subject &lt;1&gt;</e>
 <e en="F" t="00100030" n="PatientBirthDate">@nonsense(</e>
 <e en="T" t="0020000D" n="StudyInstanceUID">@hashuid(@UIDROOT,this)</e>
 <e en="T" t="0009[ACME 1.1]02" n="AcmeName">@remove()</e>
 <k en="T" t="0018">Keep group 0018</k>
 <k en="F" t="0020">Keep group 0020</k>
 <k en="T" t="safeprivateelements">Keep safe private elements</k>
 <r en="T" t="privategroups">Remove private groups</r>
 <r en="F" t="unspecifiedelements">Remove unchecked elements</r>
 <r en="T" t="curves">Remove curves</r>
 <r en="T" t="overlays">Remove overlays</r>
</script>"""

PROPERTIES = """# a comment
! another
param.UIDROOT=1.2.40
set.[0010,0020]PatientID=Subject <1>
#set.[0010,0030]PatientBirthDate=@nonsense(
set.[0020,000D]StudyInstanceUID=@hashuid(\\
    @UIDROOT,this)
set.[0009,[ACME 1.1]02]AcmeName=@remove()
keep.group18=
#keep.group20=
keep.safeprivateelements=
remove.privategroups=
#remove.unspecifiedelements=
remove.curves
remove.overlays=
"""


@pytest.mark.parametrize("text", [XML, PROPERTIES, "\ufeff" + PROPERTIES.replace("\n", "\r\n")])
def test_both_forms_are_read(text: str) -> None:
    script = parse_script(text)
    assert [(action.attribute, action.expression) for action in script.actions] == [
        (Attribute(0x00100020), ("Subject <1>",)),
        (Attribute(0x0020000D), (Call("hashuid", ("1.2.40", AttributePath())),)),
        (Attribute(0x00090002, "ACME 1.1"), (Call("remove"),)),
    ]
    assert script.keep_groups == {0x0018}
    assert script.keep_safe_private
    assert script.remove_private
    assert not script.remove_unspecified
    assert script.remove_curves
    assert script.remove_overlays


def test_an_action_knows_its_line() -> None:
    assert [action.line for action in parse_script(XML).actions] == [5, 7, 8]
    assert [action.line for action in parse_script(PROPERTIES).actions] == [4, 6, 8]


def test_a_script_can_be_compared_and_hashed() -> None:
    assert len({parse_script(XML), parse_script(XML)}) == 1


def test_backslashes_of_properties_are_undone_once() -> None:
    properties = r'set.[0010,0020]PatientID=@contents(this,"\\d","")'
    xml = r"""<script>
<e en="T" t="00100020">@contents(this,"\d","")</e></script>"""
    assert parse_script(properties).actions[0].expression == (
        parse_script(xml).actions[0].expression
    )


def test_names_of_the_script_are_known_even_where_switched_off() -> None:
    text = "set.[0009,1002]AcmeNumber=@value(AcmeName)\n#set.[0009,1003]AcmeName=@keep()"
    (action,) = parse_script(text).actions
    wanted = AttributePath((Attribute(0x00091003),))
    assert action == ElementAction(Attribute(0x00091002), (Call("value", (wanted,)),), 1)


def test_a_parameter_may_stand_for_another() -> None:
    text = "param.A=@B\nparam.B=9\nset.[0010,0020]PatientID=@param(@A)"
    assert parse_script(text).actions[0].expression == (Call("param", ("9",)),)


def test_a_parameter_that_no_element_uses_need_not_be_filled_in() -> None:
    text = "param.DATEINC=Enter your offset\nset.[0010,0020]PatientID=@keep()"
    assert len(parse_script(text).actions) == 1


@pytest.mark.parametrize("uids", [3, 2])
def test_the_root_of_uids_is_known_if_it_is_one_for_all(uids: int) -> None:
    tags = ["0008,0018", "0020,000D", "0020,000E"][:uids]
    text = "".join(f"set.[{tag}]=@hashuid(1.2.40.,this)\n" for tag in tags)
    assert parse_script(text).uid_root == ("1.2.40" if uids == 3 else None)


def line_of(script: str) -> str:
    """A script whose third line is the one under test."""
    return f'<script>\n<p t="UIDROOT">9999</p>\n<e en="T" t="00100020" n="">{script}</e>\n</script>'


@pytest.mark.parametrize(
    ("script", "hint"),
    [
        ("@scramble(this)", "@scramble is unknown"),
        ("@Keep()", "write @keep"),
        ("@else(){a}", "unknown"),
        ("see @ home", "unknown"),
        ("@", r"write \\@"),
        ("@()", r"write \\@"),
        ("@keep", "@keep without its arguments"),
        ("@UIDROOT", r"write @param\(@UIDROOT\)"),
        ("@call(plugin)", "@call runs Java code"),
        ('@encrypt(this,"key")', "@encrypt needs a key"),
        ('@decrypt(this,"key")', "@decrypt needs a key"),
        ("@integer(this,ptid,4)", "@integer counts"),
        ("@skip()", "@skip would hand"),
        ("@uid", "RSNA Anonymizer"),
        ("@lookup(this,ptid,skip)", "this action is unknown"),
        ("@hashuid(@UIDROOT,this", "do not end"),
        ("@hashuid(@UIDROOT,[this)", "argument"),
        ("@hash(this))@keep(", "@keep do not end"),
        ("@hash()", "takes 1 or 2 arguments, here are 0"),
        ("@hashdate(this)", "takes 2 arguments, here are 1"),
        ("@keep(this)", "takes 0 arguments, here are 1"),
        ("@hash(Nobody)", "argument 1 of @hash must be an attribute"),
        ("@lookup(PatientID|Nobody,ptid)", "argument 1 of @lookup must be an attribute"),
        ("@hash(0008[ACME]02)", "must be an attribute"),
        ("@hash(this,long)", "argument 2 of @hash must be a whole number"),
        ("@hash(this,-1)", "must be a whole number from 0"),
        ("@round(this,0)", "must be a whole number from 1"),
        ("@incrementdate(this,1.5)", "must be a whole number"),
        ("@modifydate(this,*,June,1)", "must be a whole number from 0, or"),
        ("@hashuid(,this)", "must be the root of UIDs"),
        ("@hashuid(1.02,this)", "must be the root of UIDs"),
        (f"@hashuid({'1' * 41},this)", "must be the root of UIDs"),
        ("@dateinterval(this,k,PatientID,soon)", "must be a date"),
        ('@contents(this,"(")', "no regular expression"),
        ('@contents(this,"[[a]")', "no regular expression"),
        ('@contents(this,"(a)","$2")', "a group that the expression does not have"),
        ("@param(UIDROOT)", "must be a parameter"),
        ("@param(@SITEID)", "the parameter SITEID is not in the script"),
        ("@incrementdate(this,@DATEINC)", "the parameter DATEINC is not in the script"),
        ("@if(this,isblank){a}", r"needs \{…\}\{…\}"),
        ("@if(this,isblank)", r"needs \{…\}\{…\}"),
        ("@if(this,isblank){a}{b", "each brace closed"),
        ("@if(this,isblank)x{a}{b}", "each brace closed"),
        ("@select(){a}", r"needs \{…\}\{…\}"),
        ("@append()", r"needs \{…\} behind"),
        ("@if(this,looksodd){a}{b}", "condition is unknown: there are exists"),
        ("@if(this){a}{b}", "condition is unknown"),
        ("@if(this,equals){a}{b}", "equals takes 3 arguments"),
        ('@if(this,matches,"*"){a}{b}', "no regular expression"),
        ("@if(this,exists){@uid}{b}", "RSNA Anonymizer"),
        ("@keep() and more", r"@keep\(\) beside other text"),
        ("@empty()@hash(this)", r"@empty\(\) beside other text"),
        ("@if(this,exists){" * 20, "each brace closed"),
        ("@if(this,exists){" * 20 + "}{}" * 20, "nested deeper"),
        ("x" * 20_001, "longer than"),
    ],
)
def test_what_ctp_would_copy_into_the_file_is_refused_with_its_line(script: str, hint: str) -> None:
    with pytest.raises(InvalidProfile, match=hint) as caught:
        parse_script(line_of(script))
    assert str(caught.value).startswith("CTP script, line 3: ")
    assert caught.value.facts == {"line": 3}


@pytest.mark.parametrize(
    "value", ["xxxx", "Enter your date offset.", "Insert prefix", "9999.xx Insert your root"]
)
def test_a_parameter_that_still_says_what_to_enter_is_refused(value: str) -> None:
    text = f"param.SITEID={value}\nset.[0010,0020]PatientID=@hashptid(@SITEID,this)"
    with pytest.raises(InvalidProfile, match="line 2: the parameter SITEID is not filled in"):
        parse_script(text)


def test_parameters_in_a_circle_are_refused() -> None:
    text = "param.A=@B\nparam.B=@A\n\nset.[0010,0020]PatientID=@param(@A)"
    with pytest.raises(InvalidProfile, match="line 4: the parameter A refers to itself"):
        parse_script(text)


BOMB = '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("<!DOCTYPE script>\n<script/>", 1, "document type"),
        (f"<?xml version='1.0'?>\n<!DOCTYPE s [{BOMB}]>\n<script>&b;</script>", 2, "document type"),
        ('<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><script/>', 1, "document type"),
        ("<script>\n&b;\n</script>", 2, "no XML"),
        ("<script>\n<p t='A'>\n</script>", 3, "no XML"),
        ("<script>\n", 2, "no XML"),
        ("<script>\0</script>", 1, "no XML"),
        ("<script>\ud800</script>", 1, "no text"),
        ("\n<html></html>", 2, "root element must be <script>"),
        ("<script>\n<x t='A'/></script>", 2, "unknown element"),
        ("<script>\n<p t='A'><b>x</b></p></script>", 2, "inside a statement"),
        ("<script>\nset.this=that</script>", 2, "text outside"),
        ("<script>\n<e en='T'>x</e></script>", 2, '"t" is missing'),
        ("<script>\n<e t='00100010'>x</e></script>", 2, '"en" must be'),
        ("<script>\n<e en='T' t='Nobody'>\n\n</e></script>", 2, "no tag"),
        ("<script>\n<k en='T' t='all'/></script>", 2, "neither a group"),
        ("<script>\n<r en='T' t='everything'/></script>", 2, "what to remove is unknown"),
        ("<script/>", 1, "nothing in this script is switched on"),
        ("", 1, "nothing in this script is switched on"),
        ("#set.[0010,0010]PatientName=@keep()", 1, "nothing in this script is switched on"),
        ("param.A=1\nPatientName=@keep()", 2, "no line of an anonymizer script"),
        ("\nset.PatientName=@keep()", 2, "no element in brackets"),
        ("set.[Nobody]=@keep()", 1, "no tag"),
        ("set.[0010,0010=@keep()", 1, "no element in brackets"),
        ("param.A=1\nparam.A=2", 2, "another value for the parameter of line 1"),
        ("set.[0010,0010]A=a\nset.[00100010]B=b", 2, "line 1 says something else"),
        ("set.[0012,0064]Codes=113100/113199", 1, "unknown code"),
        ('\n[0008,103e].contains("SAVE")', 2, "a condition of a filter script"),
        ('note\n{ Modality.equals("US") }\n(0,0,9,9)', 2, "a condition of a pixel script"),
        ("x" * 4_000_001, 1, "longer than"),
    ],
)
def test_what_is_no_script_is_refused_with_its_line(text: str, line: int, hint: str) -> None:
    with pytest.raises(InvalidProfile, match=hint) as caught:
        parse_script(text)
    assert str(caught.value).startswith(f"CTP script, line {line}: ")


def test_comments_that_look_like_statements_are_comments() -> None:
    text = (
        "#keep. off the grass\n# set. the table\n#param.A\n# not continued \\\n"
        "set.[0010,0010]PatientName=x"
    )
    assert len(parse_script(text).actions) == 1


def test_the_same_action_twice_is_one() -> None:
    text = "set.[0010,0010]A=a\nset.[00100010]B=a"
    assert len(parse_script(text).actions) == 1


def test_checking_a_script_without_names_loads_no_pydicom() -> None:
    program = (
        "import sys; from scanloft.deid.ctp.script import parse_script;"
        "parse_script('set.[0010,0010]PatientName=@hash(this)');"
        "sys.exit('pydicom' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
