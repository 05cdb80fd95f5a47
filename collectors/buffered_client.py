"""paho's client, reading from the socket in large pieces: it asks for each packet in three or four small ones.

`_sock_recv` is paho's own and not promised; tests/collectors/test_mqtt_link.py fails when a release reads otherwise.
"""

from collections.abc import Callable

from paho.mqtt import client as mqtt
from paho.mqtt.enums import MQTTErrorCode

PIECE_BYTES = 64 * 1024


class BufferedClient(mqtt.Client):
    """Hands paho what it asks for out of one larger piece, and reads packet after packet while `may_read`."""

    may_read: Callable[[], bool] = staticmethod(lambda: True)
    _piece = b""
    _at = 0

    @property
    def has_unread(self) -> bool:
        """Whether bytes of the last piece are left: the socket then says nothing of them."""
        return self._at < len(self._piece)

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Reads the packets that have come."""
        code = super().loop_read(max_packets)
        while code == MQTTErrorCode.MQTT_ERR_SUCCESS and self.has_unread and self.may_read():
            code = super().loop_read(max_packets)
        return code

    def _sock_recv(self, bufsize: int) -> bytes:
        if self._at == len(self._piece):
            self._piece, self._at = super()._sock_recv(PIECE_BYTES), 0  # b"": the connection is closed
        part = self._piece[self._at : self._at + bufsize]
        self._at += len(part)
        return part
