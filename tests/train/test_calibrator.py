import shutil

import pytest
from scripted import SETTINGS, gold, loader, make_scripted

from ie.checkpoint import Settings
from ie.errors import CheckpointError, InputError
from ie.train import calibrator
from ie.train.calibrator import LabelReport, calibrate, store
from ie.train.thresholds import Gain

SURE = {"вчера": ("DATE", 0.8)}
# right four times of five
DATES = [gold("вчера") if i % 5 else gold() for i in range(60)]


@pytest.fixture
def folder(tmp_path):
    return make_scripted(tmp_path / "model")


def test_scores_become_probabilities_and_are_stored(folder, monkeypatch):
    monkeypatch.setattr(calibrator, "load", loader(SURE, 3.0))
    report = calibrate(folder, [DATES])
    assert report.temperature == pytest.approx(3, rel=0.05)
    assert report.temperature_before == 1.5
    assert (report.documents, report.spans) == (60, 60)
    assert report.before > 0.1
    assert report.after < 0.02
    assert report.after <= report.held_out < 0.1
    date = report.labels["DATE"]
    assert (date.before, date.after, date.held_out) == (report.before, report.after, report.held_out)
    assert report.labels["PARTY"].before is None
    expected = Settings(max_tokens=32, window_overlap=8, temperature=report.temperature, guidelines="1.2")
    assert Settings.read(folder) == expected


def test_the_runtime_that_ships_is_fitted_to(folder, monkeypatch):
    asked = []
    monkeypatch.setattr(calibrator, "load", loader(SURE, asked=asked))
    calibrate(folder, [DATES], threads=2, write=False)
    shutil.rmtree(folder / "onnx")
    calibrate(folder, [DATES], write=False)
    assert asked == [("onnx", 2), ("torch", None)]
    assert (folder / "ie.json").read_bytes() == SETTINGS


def test_a_threshold_that_holds_everywhere_is_stored_in_place_of_others(folder, monkeypatch):
    store(folder, 1.0, {"DATE": 0.9})
    chances = {"банк": ("PARTY", 0.95), "завод": ("PARTY", 0.6), **SURE}
    monkeypatch.setattr(calibrator, "load", loader(chances))
    report = calibrate(folder, [[gold("банк", "вчера")] * 10] * 2)
    # the plant is never a party, the bank always
    party = report.labels["PARTY"]
    assert party.gain.f1 == pytest.approx(1 - 2 / 3)
    assert report.thresholds == {"PARTY": round(party.threshold, 4)}
    assert Settings.read(folder).thresholds == report.thresholds


@pytest.mark.parametrize(
    ("expected", "threshold", "gain"),
    [
        (True, 0.4, (0.01, 0.95, 0.0)),
        (False, 0.0, (0.01, 0.95, 0.0)),
        (False, 0.4, (0.002, 0.95, 0.0)),
        (False, 0.4, (0.01, 0.94, 0.0)),
        (False, 0.4, (0.01, 0.95, -0.001)),
    ],
)
def test_a_threshold_pays_where_it_gains_held_out_surely_and_everywhere(expected, threshold, gain):
    assert LabelReport(0.1, 0.1, 0.1, threshold, Gain(*gain)).pays is expected


def test_thresholds_stay_where_none_are_given(folder):
    store(folder, 1.0, {"DATE": 0.4})
    store(folder, 2.0)
    settings = Settings.read(folder)
    assert (settings.temperature, settings.thresholds, settings.max_tokens) == (2.0, {"DATE": 0.4}, 32)


def test_too_few_documents_are_refused(folder):
    with pytest.raises(InputError, match="A calibration needs 5 documents or more, not 4"):
        calibrate(folder, [DATES[:4]])


def test_a_model_that_finds_nothing_cannot_be_calibrated(folder, monkeypatch):
    monkeypatch.setattr(calibrator, "load", loader({}))
    with pytest.raises(InputError, match="finds nothing in 60 documents"):
        calibrate(folder, [DATES])
    assert (folder / "ie.json").read_bytes() == SETTINGS


def test_no_checkpoint_no_calibration(tmp_path):
    with pytest.raises(CheckpointError, match="does not exist"):
        calibrate(tmp_path / "missing", [DATES])
