"""The synthesised template, asked in the words of the tests."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Properties = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy, intrinsic functions written out as text."""

    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Mapping[str, Any]
    principal: Any


@dataclass(frozen=True, slots=True)
class Template:
    """A CloudFormation template."""

    document: Mapping[str, Any]

    def resources(self, kind: str) -> dict[str, Mapping[str, Any]]:
        """The resources of a type by logical ID."""
        every = self.document["Resources"].items()
        return {name: each for name, each in every if each["Type"] == kind}

    def properties(self, kind: str) -> dict[str, Properties]:
        """The properties of the resources of a type by logical ID."""
        return {name: each["Properties"] for name, each in self.resources(kind).items()}

    def only(self, kind: str, *, start: str = "") -> Properties:
        """The properties of the one resource of a type whose logical ID starts so."""
        (found,) = (v for k, v in self.properties(kind).items() if k.startswith(start))
        return found

    def name(self, kind: str, start: str) -> str:
        """The logical ID of the one resource of a type that starts so."""
        (found,) = (k for k in self.resources(kind) if k.startswith(start))
        return found

    def role_statements(self, role_start: str) -> list[Statement]:
        """What the role whose logical ID starts so is allowed."""
        role = self.name("AWS::IAM::Role", role_start)
        policies = self.properties("AWS::IAM::Policy").values()
        return [
            statement
            for policy in policies
            if {"Ref": role} in policy["Roles"]
            for statement in statements(policy["PolicyDocument"])
        ]


def statements(document: Mapping[str, Any]) -> Iterator[Statement]:
    """The statements of a policy document."""
    for each in document["Statement"]:
        yield Statement(
            effect=each["Effect"],
            actions=tuple(_listed(each["Action"])),
            resources=tuple(text(one) for one in _listed(each.get("Resource", []))),
            conditions=each.get("Condition", {}),
            principal=each.get("Principal"),
        )


def text(value: Any) -> str:
    """A value with its intrinsic functions written as `${Name}` and `${Name.Attribute}`."""
    if isinstance(value, str):
        return value
    ((function, argument),) = value.items()
    if function == "Ref":
        return f"${{{argument}}}"
    if function == "Fn::GetAtt":
        return f"${{{'.'.join(argument)}}}"
    if function == "Fn::Join":
        separator, parts = argument
        return str(separator).join(text(part) for part in parts)
    raise ValueError(function)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
