"""Cuts the encoder's file behind each layer, so that a batch can go through one layer
after the other.

The weights of a layer are then near the processor from the second text on; those of the
whole encoder are fetched from memory for every text. Of the file (a protobuf, see
onnx.proto) only that is looked at which shows where to cut.
"""

from collections.abc import Iterator
from itertools import pairwise

_GRAPH, _METADATA = 7, 14  # fields of a model
_NODE, _GRAPH_NAME, _CONSTANT, _INPUT, _OUTPUT = 1, 2, 5, 11, 12  # of a graph
_NODE_INPUT, _NODE_OUTPUT, _CONSTANT_NAME = 1, 2, 8
_LAYER_END = ".norm_after.found"  # how the names of values between layers end
_FLOATS = b"\x12\x04\x0a\x02\x08\x01"  # of a value: a tensor of float32
_SIZED = 2  # the kind of a field that says how long it is; all others are numbers

Part = bytes | memoryview
Field = tuple[int, memoryview, memoryview]  # its number, all of it, what it holds


def layers(file: bytes) -> Iterator[bytes]:
    """Models of one layer each, of which each takes what the one before it gives.

    The first has the metadata of the file; a file without such layers stays whole.
    """
    model = list(_fields(memoryview(file)))
    (graph,) = (list(_fields(body)) for number, _, body in model if number == _GRAPH)
    constants = {
        name: whole
        for number, whole, body in graph
        if number == _CONSTANT
        for name in _names(body, _CONSTANT_NAME)
    }
    nodes = [(whole, body) for number, whole, body in graph if number == _NODE]
    ends = [
        at
        for at, (_, body) in enumerate(nodes, 1)
        if _output(body).endswith(_LAYER_END)
    ]
    head = [whole for number, whole, _ in model if number not in (_GRAPH, _METADATA)]
    metadata = [whole for number, whole, _ in model if number == _METADATA]
    inputs: list[Part] = [whole for number, whole, _ in graph if number == _INPUT]
    outputs: list[Part] = [whole for number, whole, _ in graph if number == _OUTPUT]
    for start, end in pairwise([0, *ends, len(nodes)]):
        layer = nodes[start:end]
        last = _output(layer[-1][1])
        names = dict.fromkeys(
            name for _, body in layer for name in _names(body, _NODE_INPUT)
        )
        content: list[Part] = [
            *(whole for whole, _ in layer),
            _field(_GRAPH_NAME, b"layer"),
            *(constants[name] for name in names if name in constants),
            *inputs,
            *(outputs if end == len(nodes) else [_value(_OUTPUT, last)]),
        ]
        yield b"".join([*head, *metadata, _field(_GRAPH, b"".join(content))])
        metadata, inputs = [], [_value(_INPUT, last)]


def _value(number: int, name: str) -> bytes:
    return _field(number, _field(1, name.encode()) + _FLOATS)


def _output(node: memoryview) -> str:
    return next(_names(node, _NODE_OUTPUT))


def _names(message: memoryview, number: int) -> Iterator[str]:
    for field_number, _, body in _fields(message):
        if field_number == number:
            yield bytes(body).decode()


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | _SIZED) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; all but the last have the eighth."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])


def _fields(message: memoryview) -> Iterator[Field]:
    at = 0
    while at < len(message):
        start = at
        tag, at = _number(message, at)
        size, begin = _number(message, at)
        # What is not sized is a number, and has nothing behind it.
        end = begin + size if tag & 7 == _SIZED else begin
        yield tag >> 3, message[start:end], message[begin:end]
        at = end


def _number(message: memoryview, at: int) -> tuple[int, int]:
    """A number that begins at a place, and the place behind it."""
    number = shift = 0
    while True:
        byte = message[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte <= 0x7F:
            return number, at
