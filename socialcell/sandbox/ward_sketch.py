"""A sketch of the sandbox city's ward offices: invented outlines, not real boundaries.

The offices lie to each other about as they do in Pune, so that a map reads like one.
"""

import json

SOURCE = "Sketch of the sandbox city, drawn by hand; these are no boundaries"
# Corners on a sheet of 400 by 360, from the top left.
_CORNERS = {
    "ward:aundh-baner": "104,134 159,54 120,40 58,52 30,110 28,128",
    "ward:ghole-road-shivajinagar": (
        "123,173 184,157 188,151 187,87 163,56 159,54 104,134"
    ),
    "ward:kothrud-bavdhan": "118,194 123,173 104,134 28,128 22,180 32,214",
    "ward:dhole-patil-road": "281,152 265,109 187,87 188,151 254,168",
    "ward:nagar-road-vadgaon-sheri": (
        "265,109 281,152 297,159 373,146 384,92 330,40 310,32"
    ),
    "ward:yerawada-kalas-dhanori": (
        "187,87 265,109 310,32 268,14 205,22 170,58 163,56"
    ),
    "ward:warje-karvenagar": "144,239 118,194 32,214 40,240 66,290 67,292",
    "ward:sinhagad-road": "159,247 156,243 144,239 67,292 112,352 166,342",
    "ward:dhankawadi-sahakarnagar": "225,267 159,247 166,342 176,340 220,349",
    "ward:hadapsar-mundhwa": (
        "297,159 301,255 318,270 376,262 398,196 372,150 373,146"
    ),
    "ward:wanawadi-ramtekdi": "254,168 234,210 249,247 301,255 297,159 281,152",
    "ward:kondhwa-yewalewadi": (
        "301,255 249,247 225,267 220,349 236,352 300,338 318,270"
    ),
    "ward:bibwewadi": "159,247 225,267 249,247 234,210 192,205 156,243",
    "ward:bhavani-peth": "192,205 234,210 254,168 188,151 184,157",
    "ward:kasba-vishrambaugwada": ("118,194 144,239 156,243 192,205 184,157 123,173"),
}
# The corner of the sheet, and degrees for one step right and down.
_WEST, _NORTH, _STEP = 73.74, 18.64, 0.0007


def geojson() -> str:
    """The sketch as a FeatureCollection of GeoJSON."""
    features = [
        {
            "type": "Feature",
            "properties": {"area": area, "source": SOURCE, "sketch": True},
            "geometry": {"type": "Polygon", "coordinates": [_ring(corners)]},
        }
        for area, corners in _CORNERS.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, indent=1)


def _ring(corners: str) -> list[list[float]]:
    positions = []
    for corner in corners.split():
        right, down = map(int, corner.split(","))
        positions.append(
            [round(_WEST + right * _STEP, 5), round(_NORTH - down * _STEP, 5)]
        )
    return [*positions, positions[0]]
