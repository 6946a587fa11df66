"""The files of the Nottingham Music Database in ABC: where they are, and the digests that identify them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

COMMIT = "0992bb6cd864f6d4b90d6663e08c0ef53ffaa08f"
"""The commit of the repository jukedeck/nottingham-dataset that is used."""
ADDRESS = f"https://raw.githubusercontent.com/jukedeck/nottingham-dataset/{COMMIT}/"
"""The beginning of every file's address."""

Name = Literal[
    "ashover",
    "hpps",
    "jigs",
    "morris",
    "playford",
    "reelsa-c",
    "reelsd-g",
    "reelsh-l",
    "reelsm-q",
    "reelsr-t",
    "reelsu-z",
    "slip",
    "waltzes",
    "xmas",
]
NAMES: tuple[Name, ...] = get_args(Name)
"""Names of the collections; each is one file."""

DIGESTS: Mapping[str, str] = {
    "ABC_cleaned/ashover.abc": "6586eea8dca53866b42721050d11fc1408bdb2cf31a902b41c5c13504139b164",
    "ABC_cleaned/hpps.abc": "6d035c6972ac0c204ba79d8128e2d71978ece2214a29ffceeb3e053e27f17db5",
    "ABC_cleaned/jigs.abc": "5bb6f621e443bde552540810e3ea53e53531fd22258736e338d795e7a5bdcaf5",
    "ABC_cleaned/morris.abc": "cbf60b212c87748dea226c76b72a15db5b4f606bb35a580763e9cd8f7294e7da",
    "ABC_cleaned/playford.abc": "070877bc37176e0dedbcd038268d6669399201cd7b58d88b4ab36127528f9c76",
    "ABC_cleaned/reelsa-c.abc": "f92ed0e66024e0a5bb7d21fe3172cd50c3fb4cb7f642b4ec7cd5aa8ad0396da8",
    "ABC_cleaned/reelsd-g.abc": "33f535569116ec8cfb530c112f4cdc3bfb7fc042c271e0317cf6458bad30dfae",
    "ABC_cleaned/reelsh-l.abc": "cb701d4ffe6839cb7a5655bc21785ecb71a72ab63d8560f7be3856f6aedaf7e5",
    "ABC_cleaned/reelsm-q.abc": "a99f2967cf47460bba70bae40cd355a220b537a87180131c6d9433750bc446a1",
    "ABC_cleaned/reelsr-t.abc": "f80a2c0f37a49b9b0c748e922924d59c40d82758abc5b0f7fc9245d7fd563be0",
    "ABC_cleaned/reelsu-z.abc": "d104d7d1bb83eb1ca18f6b944dc22cf9f7bfe5f955d07cd573615985f69c2c1f",
    "ABC_cleaned/slip.abc": "da686b3a0de20aab38e64f8c8ec57edace980bab6450a6c388d79a2866e5b16a",
    "ABC_cleaned/waltzes.abc": "ffa773d012756be17784ab4a84e0e4618f316be5c6f244f9d60c06b23cd812c6",
    "ABC_cleaned/xmas.abc": "05ebc4b856c8c5186bb828641e8f88f723c109d47ba7e3f1e5048b536e091249",
    "ABC_original/ashover.abc": "60718dddd70489e627f43c4fd35eb8d53710bfff4a852cb52288852c0e1217e5",
    "ABC_original/hpps.abc": "08c6d866ff240754269ccbd17b7248cb36268ee98e4d72a78c6fc943dcfd28d6",
    "ABC_original/jigs.abc": "15e09bb61576eae45c4dafa7519b3b3494214d018348d145e679d323ab393a19",
    "ABC_original/morris.abc": "89d408d5c1685bebd005a65903e51c48c84cc765be91c6f86771b93a60a2acb2",
    "ABC_original/playford.abc": "502d9b3e58fe2832706685aa5f15f29162c8c78e855f9e1846a198b209f053c1",
    "ABC_original/reelsa-c.abc": "eab7237b9485c6353549cad4a7897a371fbdd36a68788bda51a05d54864fdbb4",
    "ABC_original/reelsd-g.abc": "913e032ae40ee85efeb2c8ef9699501e0a5c08b7db906ad3d3fd8b5015406c55",
    "ABC_original/reelsh-l.abc": "a161c193515e2dc485445793a197c082f2ba9004106fc3038708529c0e5305ef",
    "ABC_original/reelsm-q.abc": "57ae97b0647a7562b13f8e8722a5264e8eb3aea4ca76a3e0a8230b964dc78787",
    "ABC_original/reelsr-t.abc": "d2defab5de1d259ff6b286405805caeb383222a5b2a09fff89003f9a093d5b41",
    "ABC_original/reelsu-z.abc": "48fe1255405da036f695854694f2bad6b1104054f531d2d066f345725e5fa18c",
    "ABC_original/slip.abc": "1d507fb33ee50c0157f2e224f4f2e61ebce0d650981c1bd0b3f473ab093aeea7",
    "ABC_original/waltzes.abc": "dc0a5f157c4c98801a99603c05066515b8a35ebc35e054820b622ec10316ceec",
    "ABC_original/xmas.abc": "76e5997ed7a90600394af164034c89306537bb1649be243d86c2381704bce21c",
}
"""SHA-256 of each file of both editions, by its path."""
