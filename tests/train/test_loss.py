import pytest
import torch
from torch.nn.functional import cross_entropy, kl_div

from ie.labels import tag_names
from ie.train.alignment import IGNORED
from ie.train.config import LossConfig
from ie.train.loss import PartialLabelLoss, divergence

TAGS = tag_names(("PARTY", "DATE"))


@pytest.fixture
def logits():
    return torch.randn(3, 7, len(TAGS), generator=torch.Generator().manual_seed(0), requires_grad=True)


def labels():
    values = torch.randint(0, len(TAGS), (3, 7), generator=torch.Generator().manual_seed(1))
    values[0, :3] = IGNORED
    return values


def open_tags(*names):
    allowed = torch.zeros(3, len(TAGS), dtype=torch.bool)
    allowed[:, [TAGS.index(name) for name in ("O", *names)]] = True
    return allowed


@pytest.mark.parametrize("unannotated", ["open", "masked"])
def test_is_cross_entropy_where_everything_is_annotated(logits, unannotated):
    expected = cross_entropy(logits.flatten(0, 1), labels().flatten(), reduction="sum")
    loss = PartialLabelLoss(LossConfig(unannotated=unannotated), TAGS)(logits, labels(), open_tags())
    assert torch.allclose(loss, expected)


def test_outside_words_may_bear_labels_that_were_not_annotated(logits):
    values = torch.full((3, 7), IGNORED)
    values[0, 0] = 0
    loss = PartialLabelLoss(LossConfig(), TAGS)(logits, values, open_tags("B-DATE", "I-DATE"))
    probs = logits[0, 0].softmax(0)
    assert torch.allclose(loss, -(probs[0] + probs[3] + probs[4]).log())
    loss.backward()
    # no gradient pushes them down in favour of one another: what is allowed only rises
    assert (logits.grad[0, 0, [0, 3, 4]] < 0).all()
    assert (logits.grad[0, 0, [1, 2]] > 0).all()


def test_masked_tags_get_no_gradient(logits):
    values = torch.full((3, 7), IGNORED)
    values[0, 0] = 0
    config = LossConfig(unannotated="masked")
    loss = PartialLabelLoss(config, TAGS)(logits, values, open_tags("B-DATE", "I-DATE"))
    assert torch.allclose(loss, -logits[0, 0, :3].log_softmax(0)[0])
    loss.backward()
    assert (logits.grad[0, 0, [3, 4]] == 0).all()
    assert logits.grad[0, 0, 0] < 0


def test_words_inside_gold_spans_are_certain_all_the_same(logits):
    values = torch.full((3, 7), IGNORED)
    values[1, 2] = TAGS.index("B-PARTY")
    loss = PartialLabelLoss(LossConfig(), TAGS)(logits, values, open_tags("B-DATE", "I-DATE"))
    assert torch.allclose(loss, -logits[1, 2].log_softmax(0)[1])


def test_focal_loss_counts_easy_words_less(logits):
    plain = PartialLabelLoss(LossConfig(), TAGS)(logits, labels(), open_tags())
    focal = PartialLabelLoss(LossConfig(focal_gamma=2.0), TAGS)(logits, labels(), open_tags())
    log_p = -cross_entropy(logits.flatten(0, 1), labels().flatten(), reduction="none")
    expected = -(log_p * (1 - log_p.exp()) ** 2).sum()
    assert torch.allclose(focal, expected)
    assert focal < plain


def test_weights_of_labels(logits):
    weights = LossConfig(label_weights={"DATE": 3.0, "O": 0.5})
    loss = PartialLabelLoss(weights, TAGS)(logits, labels(), open_tags())
    tag_weights = torch.tensor([0.5, 1.0, 1.0, 3.0, 3.0])
    expected = cross_entropy(logits.flatten(0, 1), labels().flatten(), weight=tag_weights, reduction="sum")
    assert torch.allclose(loss, expected)


def test_certain_and_impossible_words_have_finite_gradients():
    extreme = torch.zeros(3, 7, len(TAGS), requires_grad=True)
    with torch.no_grad():
        extreme[..., 0] = 200.0
    for gamma in (0.0, 2.0):
        loss = PartialLabelLoss(LossConfig(focal_gamma=gamma), TAGS)(extreme, labels(), open_tags("B-DATE"))
        loss.backward()
        assert loss.isfinite()
        assert extreme.grad.isfinite().all()


def test_a_batch_without_words_costs_nothing(logits):
    loss = PartialLabelLoss(LossConfig(), TAGS)(logits, torch.full((3, 7), IGNORED), open_tags())
    assert loss == 0


@pytest.mark.parametrize("unannotated", ["open", "masked"])
def test_label_smoothing_is_that_of_torch_where_everything_is_annotated(logits, unannotated):
    config = LossConfig(label_smoothing=0.1, unannotated=unannotated)
    loss = PartialLabelLoss(config, TAGS)(logits, labels(), open_tags())
    expected = cross_entropy(logits.flatten(0, 1), labels().flatten(), reduction="sum", label_smoothing=0.1)
    assert torch.allclose(loss, expected)


def test_label_smoothing_takes_open_tags_and_outside_for_one(logits):
    values = torch.full((3, 7), IGNORED)
    values[0, 0] = 0
    for unannotated in ("open", "masked"):
        logits.grad = None
        config = LossConfig(label_smoothing=0.4, unannotated=unannotated)
        smooth = PartialLabelLoss(config, TAGS)(logits, values, open_tags("B-DATE", "I-DATE"))
        plain = PartialLabelLoss(LossConfig(unannotated=unannotated), TAGS)
        told = logits[0, 0, :3]
        if unannotated == "open":
            told = torch.stack([logits[0, 0, [0, 3, 4]].logsumexp(0), logits[0, 0, 1], logits[0, 0, 2]])
        spread = (told.logsumexp(0) - told).mean()
        expected = 0.6 * plain(logits, values, open_tags("B-DATE", "I-DATE")) + 0.4 * spread
        assert torch.allclose(smooth, expected)
        smooth.backward()
        assert logits.grad.isfinite().all()


def test_a_teacher_has_its_share_of_annotated_words(logits):
    soft = torch.rand(3, 7, len(TAGS), generator=torch.Generator().manual_seed(2)).softmax(-1)
    hard = PartialLabelLoss(LossConfig(), TAGS)(logits, labels(), open_tags())
    both = PartialLabelLoss(LossConfig(), TAGS, teacher_weight=0.3)(logits, labels(), open_tags(), soft)
    words = labels() != IGNORED
    taught = -(soft * logits.log_softmax(-1))[words].sum()
    assert torch.allclose(both, 0.7 * hard + 0.3 * taught)


def test_words_without_annotation_or_teacher(logits):
    soft = torch.zeros(3, 7, len(TAGS))
    soft[0, 0, 2] = 1.0
    values = torch.full((3, 7), IGNORED)
    values[0, :2] = 0
    everything = open_tags(*TAGS[1:])
    loss = PartialLabelLoss(LossConfig(), TAGS, teacher_weight=0.3)(logits, values, everything, soft)
    # the first word has only the teacher, the second nobody
    assert torch.allclose(loss, -logits[0, 0].log_softmax(0)[2])


def test_divergence_of_two_passes(logits):
    other = logits.detach().roll(1, 0)
    words = labels() != IGNORED
    one, two = logits.log_softmax(-1)[words], other.log_softmax(-1)[words]
    expected = (kl_div(one, two.exp(), reduction="sum") + kl_div(two, one.exp(), reduction="sum")) / 2
    assert torch.allclose(divergence(logits, other, labels()), expected)
    assert divergence(logits, logits, labels()) == 0


@pytest.mark.parametrize("gamma", [0.01, 0.5, 1.0, 2.0])
def test_a_focal_loss_has_gradients_where_the_probability_is_one(gamma):
    logits = torch.zeros(1, 2, len(TAGS))
    logits[0, 0, 0] = 40.0
    logits.requires_grad_()
    loss = PartialLabelLoss(LossConfig(focal_gamma=gamma), TAGS)
    loss(logits, torch.tensor([[0, 3]]), torch.zeros(1, len(TAGS), dtype=torch.bool)).backward()
    assert logits.grad.isfinite().all()
    assert logits.grad[0, 0].abs().max() < 1e-9
    assert logits.grad[0, 1].all()
