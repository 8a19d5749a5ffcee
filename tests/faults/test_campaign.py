"""The campaign: `make faults N=1000` plays more of it, from `FAULT_SEED` on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from faults.campaign import play
from faults.named import NAMED
from searches import FIRST_SEED

END = FIRST_SEED + int(os.environ.get("FAULT_COUNT", "200"))
BATCH = 10


@pytest.mark.search
@pytest.mark.parametrize("first", range(FIRST_SEED, END, BATCH))
def test_no_job_is_duplicated_lost_or_started_without_its_state(first: int, tmp_path: Path) -> None:
    for seed in range(first, min(first + BATCH, END)):
        play(seed, tmp_path / str(seed))


FAILED = (
    9,
    37,
    63,
    141,
    308,
    1055,
    1089,
    1132,
    2015,
    52141,
    52210,
    52214,
    52391,
    52458,
    52502,
    52554,
    52710,
    71202,
    71334,
    71756,
    71953,
    82557,
    84329,
    84634,
    120070,
    120110,
    120370,
    120478,
    120498,
    120502,
    130204,
    130477,
    130480,
    130886,
    140432,
    140454,
    140744,
    150387,
    150452,
    150464,
    150571,
    160353,
    160592,
    160770,
    170073,
    170103,
    170358,
    170510,
    170654,
    170718,
    190095,
    190410,
    190902,
    200214,
    200430,
    200466,
    210606,
    220051,
    220192,
    220331,
    220998,
    240320,
    240557,
    240698,
    250266,
    260192,
    260490,
    270317,
    270838,
    270842,
    290394,
    290584,
    300011,
    300160,
    300262,
    300358,
    310542,
    310654,
    320722,
    320756,
    330030,
    330294,
    330354,
    330642,
    330742,
    350860,
    350971,
    350994,
    370988,
    380610,
    400678,
    410010,
    410254,
    410802,
    420127,
    450438,
)


@pytest.mark.parametrize("seed", [*NAMED, *FAILED])
def test_a_schedule_of_its_own(seed: int, tmp_path: Path) -> None:
    play(seed, tmp_path)
