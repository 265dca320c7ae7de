"""Commands of the noun `serve`: console, redirect, webhooks."""

from typing import Annotated

import typer

from socialcell.commands import output
from socialcell.commands.options import Config, config_path, open_server_context

app = typer.Typer(
    help="Serve something over HTTP until it is stopped.", no_args_is_help=True
)


@app.callback()
def everywhere() -> None:
    """Serve something over HTTP until it is stopped."""


@app.command()
def console(
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any.")] = 8487,
    health_port: Annotated[
        int, typer.Option(min=0, max=65535, help="For monitors; 0: any.")
    ] = 8489,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes.")] = 1,
    config: Config = None,
) -> None:
    """Serve the staff console: what operators, leads and heads see in a browser.

    Whoever uses it signs in as an operator (`socialcell operators begin`). It listens
    on this machine only: let a web server with a certificate pass it on. /livez,
    /readyz and /metrics stand on the port for monitors alone. SIGTERM ends it cleanly;
    a worker that is killed is replaced.

    Example: socialcell serve console --port 8487 --workers 2
    """
    from socialcell.web.console import console_server

    context = open_server_context(config)

    def announce(addresses: console_server.ConsoleAddresses) -> None:
        output.say(f"Listening: {addresses.console}")
        output.say(f"For monitors: {addresses.health}/readyz")
        output.flush()

    console_server.serve(
        context,
        config_path(config),
        host,
        port,
        health_port,
        announce,
        workers=workers,
    )
    output.note("Stopped.")


@app.command()
def redirect(
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any.")] = 8486,
    config: Config = None,
) -> None:
    """Lead who clicks a tracked link to where it says, and count it after.

    /r/CODE are the links, /livez says that it runs. POST /installs takes installs that
    the app's server signs, once the secret `install_key` is there. It listens on this
    machine only: let a web server with a certificate pass those paths on to it, and
    name that server in `links.trusted`. SIGTERM ends it cleanly: no click is lost.

    Exit code 1: neither the database nor the disk took the last clicks; it says how
    many were dropped.

    Example: socialcell serve redirect --port 8486
    """
    from socialcell.web import redirect_server

    context = open_server_context(config)

    def announce(address: str) -> None:
        output.say(f"Listening: {address}")
        output.flush()

    redirect_server.serve(context, host, port, announce)
    output.note("Stopped.")


@app.command()
def webhooks(
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any.")] = 8485,
    config: Config = None,
) -> None:
    """Take in what WhatsApp, Messenger and Instagram push to us.

    Each kind has an address of its own behind this one: /whatsapp, /messenger,
    /instagram_messages. A push is stored before it is answered. It listens on this
    machine only: let a web server with a certificate pass those paths on to it.
    SIGTERM ends it cleanly.

    Example: socialcell serve webhooks --port 8485
    """
    from socialcell.services.webhooks import webhook_ingest
    from socialcell.web import webhook_server

    context = open_server_context(config)
    kinds = webhook_ingest.receiving_connectors(context)
    if not kinds:
        output.note(
            "No source is pushed to yet. Add one: socialcell sources add "
            "whatsapp.city whatsapp --set phone_number_id=… --set "
            "business_account_id=…"
        )

    def announce(address: str) -> None:
        output.say(f"Listening: {address}")
        for kind in kinds:
            output.say(f"{kind}: {address}/{kind}")
        output.flush()

    webhook_server.serve(context, host, port, announce)
    output.note("Stopped.")
