import socket
import statistics
import struct
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress

import pytest

from dicom_bridge.connections import PDU_LIMIT_BYTES, SPARE_CONNECTIONS, Timeouts
from dicom_bridge.messages import COMMAND_LIMIT_BYTES, WAITING_LIMIT
from tests.bridge.site import RawPeer, Site, echo, store_request, wait_for

ABORT = 7


def closed_within(peer: RawPeer, *, seconds: float) -> bool:
    """Whether the bridge lets the peer go, with or without an abort."""
    peer.socket.settimeout(seconds)
    try:
        while peer.read_pdu()[0] not in {0, ABORT}:
            continue
        return True
    except TimeoutError:
        return False


def trickled_s(send: Callable[[], None]) -> float:
    """For how many seconds the bridge let something be sent ten times a second, at most 8."""
    started = time.monotonic()
    with suppress(BrokenPipeError, ConnectionResetError):
        while time.monotonic() - started < 8:
            send()
            time.sleep(0.1)
    return time.monotonic() - started


@pytest.mark.parametrize("kind", [1, 4, 7])
def test_a_pdu_of_4_gb_is_not_waited_for(site: Site, kind: int) -> None:
    bridge = site.start()
    with RawPeer(bridge.address) as peer:
        peer.socket.sendall(struct.pack(">BBL", kind, 0, 0xFFFFFFFF) + b"x" * 1000)
        assert closed_within(peer, seconds=0.9)
    assert echo(bridge.address) == 0x0000


def test_a_pdu_over_the_limit_ends_an_association(site: Site) -> None:
    bridge = site.start()
    with RawPeer(bridge.address) as peer:
        assert peer.associate() == 2
        peer.socket.sendall(struct.pack(">BBL", 4, 0, PDU_LIMIT_BYTES + 1))
        assert closed_within(peer, seconds=0.9)
    assert echo(bridge.address) == 0x0000


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\nHost: bridge\r\n\r\n",
        bytes(range(256)) * 8,
        struct.pack(">BBL", 1, 0, 68) + bytes(68),
        struct.pack(">BBL", 1, 0, 4) + b"\xff" * 4,
        struct.pack(">BBL", 5, 0, 4) + bytes(4),
        b"\x01",
        b"",
    ],
    ids=["http", "all bytes", "empty request", "short request", "release", "one byte", "nothing"],
)
def test_garbage_on_the_socket_ends_its_connection_alone(site: Site, garbage: bytes) -> None:
    bridge = site.start()
    with RawPeer(bridge.address) as peer:
        peer.socket.sendall(garbage)
        assert closed_within(peer, seconds=4)
    assert echo(bridge.address) == 0x0000


def end_a_command(peer: RawPeer) -> None:
    peer.send_fragment(0x03, b"\xff" * 64)


def send_a_command_without_end(peer: RawPeer) -> None:
    for _ in range(COMMAND_LIMIT_BYTES // 4096 + 1):
        peer.send_fragment(0x01, bytes(4096))


def send_requests_without_waiting(peer: RawPeer) -> None:
    for _ in range(50 * WAITING_LIMIT):
        peer.send_command(store_request())
        peer.send_fragment(0x02, b"data")


def use_a_context_that_is_not_there(peer: RawPeer) -> None:
    peer.CONTEXT_ID = 99
    peer.send_command(store_request())
    peer.send_fragment(0x02, b"data")


@pytest.mark.parametrize(
    "misbehave",
    [
        end_a_command,
        send_a_command_without_end,
        send_requests_without_waiting,
        use_a_context_that_is_not_there,
    ],
)
@pytest.mark.usefixtures("unvalidated")
def test_a_peer_that_breaks_the_rules_of_messages_is_let_go(
    site: Site, misbehave: Callable[[RawPeer], None]
) -> None:
    bridge = site.start()
    with RawPeer(bridge.address) as peer:
        assert peer.associate() == 2
        try:
            misbehave(peer)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it was let go before it had finished
        else:
            assert closed_within(peer, seconds=4)
    wait_for(lambda: not site.files["incoming"])
    assert echo(bridge.address) == 0x0000


def test_a_data_set_before_its_request_ends_the_association_and_is_kept_nowhere(
    site: Site,
) -> None:
    bridge = site.start()
    with RawPeer(bridge.address) as peer:
        assert peer.associate() == 2
        peer.send_fragment(0x02, b"data")
        assert closed_within(peer, seconds=4)
    wait_for(lambda: site.is_empty)


def test_a_peer_that_never_asks_is_let_go(site: Site) -> None:
    with RawPeer(site.start().address) as peer:
        assert closed_within(peer, seconds=4)


def test_a_pdu_that_trickles_in_is_let_go_when_its_time_is_up(site: Site) -> None:
    bridge = site.start()
    with RawPeer(bridge.address) as peer:
        assert peer.associate() == 2
        peer.socket.sendall(struct.pack(">BBL", 4, 0, 1000))
        assert trickled_s(lambda: peer.socket.sendall(b"x")) < 4
    assert echo(bridge.address) == 0x0000


def test_a_message_that_trickles_in_is_let_go_when_its_time_is_up(site: Site) -> None:
    bridge = site.start(timeouts=Timeouts(association_s=1, idle_s=5, pdu_s=1, message_s=0.5))
    with RawPeer(bridge.address) as peer:
        assert peer.associate() == 2
        peer.send_command(store_request())
        assert trickled_s(lambda: peer.send_fragment(0x00, b"xx")) < 4
    wait_for(lambda: site.is_empty)


def test_over_the_limit_of_associations_a_peer_is_told_to_come_again(site: Site) -> None:
    bridge = site.start(association_limit=2)
    with ExitStack() as stack:
        for _ in range(2):
            assert stack.enter_context(RawPeer(bridge.address)).associate() == 2
        third = stack.enter_context(RawPeer(bridge.address))
        third.associate_and_expect_rejection(result=2, source=3, reason=2)
    wait_for(lambda: _may_echo(bridge.address))


def test_hundreds_of_connections_do_not_become_hundreds_of_threads(site: Site) -> None:
    bridge = site.start(association_limit=4)
    with ExitStack() as stack:
        peers = []
        for _ in range(300):
            peer = RawPeer(bridge.address)
            stack.callback(peer.socket.close)
            peers.append(peer)
        wait_for(lambda: sum(map(is_closed, peers)) >= 300 - 4 - SPARE_CONNECTIONS)
        assert len(bridge.listener.server.active_associations) <= 4 + SPARE_CONNECTIONS
    wait_for(lambda: _may_echo(bridge.address))


def test_small_answers_are_not_held_back(site: Site) -> None:
    bridge = site.start()
    with RawPeer(bridge.address) as peer:
        assert peer.associate() == 2
        [accepted] = bridge.listener.server._connections
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_sender_with_nagles_algorithm_on_is_not_kept_waiting(site: Site) -> None:
    bridge = site.start(object_limit_bytes=1)  # refused, so that no turn waits for the disk
    with RawPeer(bridge.address) as peer:
        assert peer.associate() == 2
        turns_s = []
        for _ in range(40):
            started = time.monotonic()
            peer.send_command(store_request())
            peer.send_fragment(0x02, b"data")
            assert peer.read_response().Status == 0xA701
            turns_s.append(time.monotonic() - started)
    # A delayed acknowledgement costs 40 ms a turn, all but a few.
    assert statistics.median(turns_s) < 0.035


def test_a_stop_ends_connections_that_say_nothing(site: Site) -> None:
    bridge = site.start(timeouts=Timeouts())
    with RawPeer(bridge.address) as silent, RawPeer(bridge.address) as associated:
        assert associated.associate() == 2
        started = time.monotonic()
        site.stop()
        assert time.monotonic() - started < 5
        assert closed_within(associated, seconds=1)
        assert closed_within(silent, seconds=1)


def is_closed(peer: RawPeer) -> bool:
    peer.socket.setblocking(False)
    try:
        return peer.socket.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


def _may_echo(address: tuple[str, int]) -> bool:
    try:
        return echo(address) == 0x0000
    except AssertionError:
        return False
