"""The public location of an address: names of known places and nothing else."""

from pathlib import Path

import pytest

from geo.checks import gazetteer_is_readable, points_are_on_a_grid
from geo.gazetteer import GazetteerError, derive_location, gazetteer, read
from listings.tests.factories import ListingFactory
from seed.places import DISTRICTS, TOWNS


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("Kalnozoli, Mālpils pagasts", "Mālpils pagasts"),
        ("Kalnozoli, Mālpils pag., Siguldas nov.", "Mālpils pagasts, Siguldas novads"),
        ("Avoti, Mālpils pagasts", "Mālpils pagasts"),
        ("Ozolnieki, Ogres novads", "Ogres novads"),
        ("Ozolnieki, Jelgavas novads", "Ozolnieki, Jelgavas novads"),
        ("Brīvības iela 12-34, Rīga, LV-1010", "Rīga"),
        ("12, Brīvības iela, Centrs, Rīga, LV-1050, Latvija", "Centrs, Rīga"),
        ("Rīgas iela 5, Sigulda", "Sigulda"),
        ("SIGULDA; Bērziņš", "Sigulda"),
        ("Рига", "Rīga"),
        ("riga,centrs", "Rīga, Centrs"),
        ("Centrs, Ogre", "Ogre"),
        ("Visa Latvija", "Latvija"),
        ("Kalnozoli", ""),
        ("Rīgas iela", ""),
        ("", ""),
        (" , ;\n", ""),
        ("R\u0300\u0300īga\u200b", ""),
    ],
)
def test_known_places_alone_are_public(address, shown):
    """R4: no street, house, flat or name on a door bell."""
    assert derive_location(address) == shown


@pytest.mark.parametrize(
    ("point", "shown"),
    [
        ((56.955, 24.12), "Rīga, Centrs"),
        ((57.01, 24.95), "Mālpils"),
        ((59.43, 24.75), ""),
        ((-90.0, 180.0), ""),
    ],
)
def test_without_a_known_name_the_nearest_place_is_public(point, shown):
    """R4: of the point; far from every place nothing is."""
    assert derive_location("Kalnozoli 3", *point) == shown


def test_without_any_text_no_place_is_public():
    """R4: a place that its owner left empty stays empty, also with a point."""
    assert derive_location("  ", 56.955, 24.12) == ""


def test_places_of_the_demo_data_are_known():
    """R4: the bundled file covers them."""
    names = [place[0] for place in (*DISTRICTS, *TOWNS)]
    assert [name for name in names if not gazetteer().is_public(name)] == []


@pytest.mark.parametrize(
    "line",
    ["castle\tX", "town\t", "town\tX 5", "town\tX\tnan\t3", "town\tX\t99\t3", "a" * 9],
)
def test_a_malformed_file_is_refused_with_its_line(tmp_path, settings, line):
    """R4: at the start, not at the first post."""
    settings.GAZETTEER_FILE = tmp_path / "places.tsv"
    settings.GAZETTEER_FILE.write_text(f"# a comment\n{line}\n")
    with pytest.raises(GazetteerError, match="line 2"):
        read(settings.GAZETTEER_FILE)
    assert [error.id for error in gazetteer_is_readable(None)] == ["marketplace.E010"]


def test_a_missing_file_is_refused():
    """R4: and named."""
    with pytest.raises(GazetteerError, match="cannot be read"):
        read(Path("/nowhere/places.tsv"))


@pytest.mark.django_db
def test_another_country_is_a_setting(api, alice, settings, tmp_path):
    """R4: places come from the file that GAZETTEER_FILE names."""
    settings.GAZETTEER_FILE = tmp_path / "estonia.tsv"
    settings.GAZETTEER_FILE.write_text("town\tTartu\t58.38\t26.72\n")
    listing = ListingFactory(seller=alice)
    path = f"/api/listings/{listing.pk}"
    api.as_(alice).patch(path, {"location": "Ülikooli 18, Tartu, Rīga"})
    assert api.get(path).json()["location"] == "Tartu"


def test_exact_points_are_warned_about(settings):
    """R4: one setting would show where everybody lives."""
    assert points_are_on_a_grid(None) == []
    settings.PUBLIC_POINT_GRID_M = 0.0
    assert [found.id for found in points_are_on_a_grid(None)] == ["marketplace.W011"]
