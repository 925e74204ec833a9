import toy
from annotated import marked

from ie.data.corpus import write_corpus
from ie.train.runfolder import RunFolder
from ie.train.task import make_task

LIST = "Заплатят [AMOUNT 5 млн рублей], [AMOUNT 6 млн евро], [AMOUNT $7 млн] и прочее в [DATE мае]."


def test_noise_brings_no_labels_together(tmp_path):
    config = toy.config(tmp_path, None, "data.train.0.noise=2")
    write_corpus(tmp_path / "all.jsonl", [marked(f"{i}. {LIST}", id=str(i)) for i in range(110)])
    task = make_task(config, RunFolder(tmp_path / "run"), anew=True)
    # copies without commas have sums that touch, which says nothing of sums
    assert "AMOUNT" in task.apart
    assert [summary.noisy for summary in task.train.summaries] == [False, True, False]
