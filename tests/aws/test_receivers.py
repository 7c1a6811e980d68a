from dataclasses import replace

import pytest

from scanloft.aws.receivers import ReceiverIndex
from scanloft.core.errors import Outdated
from scanloft.core.model import Prearchive
from scanloft.core.receivers import Receiver, SiteRouting
from tests.support.cloud import Cloud

FULL = Receiver(
    ae_title="SCANNER",
    project="alpha",
    rules={"subject": "(0010,4000):(.*)"},
    site="north",
    prearchive=Prearchive.MANUAL,
    calling_ae_titles=("CT 1",),
    networks=("192.0.2.0/24",),
)


def test_a_receiver_is_read_as_it_was_written(cloud: Cloud) -> None:
    index = ReceiverIndex(cloud.rows)
    assert index.receiver("SCANNER") is None
    assert index.put_receiver(FULL) == 1
    assert index.receiver("SCANNER") == replace(FULL, revision=1)
    plain = Receiver(ae_title="OTHER")
    index.put_receiver(plain)
    assert [one.ae_title for one in index.receivers()] == ["OTHER", "SCANNER"]
    assert index.receiver("OTHER") == replace(plain, revision=1)
    index.remove("SCANNER")
    assert index.receiver("SCANNER") is None


def test_of_two_who_write_at_once_the_second_is_told(cloud: Cloud) -> None:
    index = ReceiverIndex(cloud.rows)
    index.put_receiver(FULL)
    for revision in (0, 2):
        with pytest.raises(Outdated):
            index.put_receiver(replace(FULL, revision=revision))
    assert index.put_receiver(replace(FULL, revision=1)) == 2


def test_the_rules_of_the_site_are_there_once_written(cloud: Cloud) -> None:
    index = ReceiverIndex(cloud.rows)
    assert index.site_routing() == SiteRouting()
    assert index.put_site_routing(SiteRouting({"project": "(0008,1030):(.*)"})) == 1
    assert index.site_routing() == SiteRouting({"project": "(0008,1030):(.*)"}, 1)
    with pytest.raises(Outdated):
        index.put_site_routing(SiteRouting())
