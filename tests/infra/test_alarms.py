"""The alarms of the template."""

from scanloft.core.blueprint import FUNCTIONS, QUEUES
from tests.infra.conftest import Synthesis
from tests.infra.template import Template, text

ALARM = "AWS::CloudWatch::Alarm"
WATCHED = {
    "ApproximateNumberOfMessagesVisible": len(QUEUES),
    "ApproximateAgeOfOldestMessage": len(QUEUES),
    "Errors": len(FUNCTIONS),
}


def test_dead_letters_old_messages_and_errors_ring(template: Template) -> None:
    alarms = template.properties(ALARM).values()
    counts = dict.fromkeys(WATCHED, 0)
    for alarm in alarms:
        counts[alarm["MetricName"]] += 1
    assert counts == WATCHED


def test_one_dead_letter_is_enough(template: Template) -> None:
    for alarm in template.properties(ALARM).values():
        if alarm["MetricName"] == "ApproximateNumberOfMessagesVisible":
            assert alarm["Threshold"] == 1
            assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
            (dimension,) = alarm["Dimensions"]
            assert "DeadLetters" in text(dimension["Value"])


def test_all_alarms_go_to_one_encrypted_topic(template: Template) -> None:
    (topic,) = template.resources("AWS::SNS::Topic")
    alarms = template.properties(ALARM).values()
    assert all(alarm["AlarmActions"] == [{"Ref": topic}] for alarm in alarms)
    assert "MessagesKey" in text(template.only("AWS::SNS::Topic")["KmsMasterKeyId"])


def test_the_alarms_may_use_the_key_of_the_topic(template: Template) -> None:
    policy = template.only("AWS::KMS::Key", start="MessagesKey")["KeyPolicy"]
    services = [each["Principal"].get("Service", []) for each in policy["Statement"]]
    assert {"cloudwatch.amazonaws.com", "s3.amazonaws.com"} in map(set, services)


def test_the_alarms_may_publish_on_the_topic(template: Template) -> None:
    policy = template.only("AWS::SNS::TopicPolicy")["PolicyDocument"]
    (allowed,) = [each for each in policy["Statement"] if each["Effect"] == "Allow"]
    assert allowed["Action"] == "sns:Publish"
    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    own = {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert allowed["Condition"] == {"StringEquals": own}


def test_nobody_hears_of_alarms_unless_named(template: Template, own_host: Synthesis) -> None:
    assert template.resources("AWS::SNS::Subscription") == {}
    subscription = own_host.template.only("AWS::SNS::Subscription")
    assert subscription["Endpoint"] == "alarms@example.org"
