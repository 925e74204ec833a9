"""`ie train`: train a checkpoint, or a base for one, as a configuration says."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ie.errors import UsageError


def command(
    config: Annotated[Path, typer.Option("--config", help="YAML file; configs/ has recipes.")],
    task: Annotated[
        Literal["tags", "mlm"],
        typer.Option(help="Learn the tags of annotated corpora, or read raw texts (masked language model)."),
    ] = "tags",
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Change a setting, e.g. data.batch_tokens=2048; repeatable."
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run in output.folder from its last saved state.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the run in output.folder.")] = False,
) -> None:
    """Train a checkpoint; its folder is printed once it is complete."""
    if resume and overwrite:
        raise UsageError("--resume goes on with the run that --overwrite would replace: choose one.")
    if task == "mlm":
        from ie.train.pretrainer import pretrain
        from ie.train.pretraining import load_pretraining

        folder = pretrain(load_pretraining(config, changes or ()), resume=resume, overwrite=overwrite)
    else:
        from ie.train.config import load_config
        from ie.train.trainer import train

        folder = train(load_config(config, changes or ()), resume=resume, overwrite=overwrite)
    typer.echo(folder)
