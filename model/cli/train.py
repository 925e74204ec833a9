"""`ie train`: train a checkpoint as a configuration says."""

from pathlib import Path
from typing import Annotated

import typer


def command(
    config: Annotated[Path, typer.Option("--config", help="YAML file; configs/ has recipes.")],
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
    from ie.train.config import load_config
    from ie.train.trainer import train

    typer.echo(train(load_config(config, changes or ()), resume=resume, overwrite=overwrite))
