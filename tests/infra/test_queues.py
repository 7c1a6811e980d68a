"""The queues of the template."""

import pytest

from scanloft.core.blueprint import FUNCTIONS, NOTIFICATIONS, QUEUES, Queue
from tests.infra.template import Template, statements, text

QUEUE = "AWS::SQS::Queue"


def names(template: Template, queue: Queue) -> tuple[str, str]:
    """The logical IDs of a queue and of its dead-letter queue."""
    start = f"{queue.name.capitalize()}Queue"
    dead = template.name(QUEUE, f"{start}DeadLetters")
    (live,) = (n for n in template.resources(QUEUE) if n.startswith(start) and n != dead)
    return live, dead


@pytest.mark.parametrize("queue", QUEUES, ids=lambda queue: queue.name)
def test_a_message_that_fails_too_often_is_kept_for_two_weeks(
    template: Template, queue: Queue
) -> None:
    live, dead = names(template, queue)
    redrive = template.properties(QUEUE)[live]["RedrivePolicy"]
    assert redrive["maxReceiveCount"] == queue.receive_limit
    assert text(redrive["deadLetterTargetArn"]) == f"${{{dead}.Arn}}"
    assert template.properties(QUEUE)[dead]["MessageRetentionPeriod"] == 14 * 24 * 3600


@pytest.mark.parametrize("queue", QUEUES, ids=lambda queue: queue.name)
def test_a_message_is_hidden_for_six_times_as_long_as_its_function_may_take(
    template: Template, queue: Queue
) -> None:
    (function,) = (each for each in FUNCTIONS if each.source == queue)
    hidden_s = template.properties(QUEUE)[names(template, queue)[0]]["VisibilityTimeout"]
    assert hidden_s == queue.visibility_timeout_s
    assert hidden_s >= 6 * function.timeout_s


def test_queues_are_encrypted_with_a_key_that_no_bucket_has(template: Template) -> None:
    keys = {text(each["KmsMasterKeyId"]) for each in template.properties(QUEUE).values()}
    assert keys == {f"${{{template.name('AWS::KMS::Key', 'MessagesKey')}.Arn}}"}


def test_every_queue_refuses_requests_without_tls(template: Template) -> None:
    refusing = {
        policy["Queues"][0]["Ref"]
        for policy in template.properties("AWS::SQS::QueuePolicy").values()
        for statement in statements(policy["PolicyDocument"])
        if statement.effect == "Deny"
        and statement.conditions == {"Bool": {"aws:SecureTransport": "false"}}
    }
    assert refusing == set(template.resources(QUEUE))


def test_buckets_of_this_account_alone_send_to_the_queues_of_notifications(
    template: Template,
) -> None:
    accepting = set()
    for policy in template.properties("AWS::SQS::QueuePolicy").values():
        for statement in statements(policy["PolicyDocument"]):
            if statement.effect == "Allow":
                assert statement.principal == {"Service": "s3.amazonaws.com"}
                assert statement.actions == ("sqs:SendMessage",)
                source = statement.conditions["StringEquals"]["aws:SourceAccount"]
                assert source == {"Ref": "AWS::AccountId"}
                accepting.add(policy["Queues"][0]["Ref"])
    assert accepting == {names(template, each.queue)[0] for each in NOTIFICATIONS}
