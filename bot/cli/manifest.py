"""`codecheck-bot manifest`."""

import click


@click.command("manifest", short_help="Print what to paste into Slack to create the app.")
@click.option("--url", metavar="https://HOST", help="The bot's public URL: print the manifest for HTTP.")
@click.option(
    "--with",
    "extras",
    type=click.Choice(["email", "profile", "usergroups"]),
    multiple=True,
    help="Add a scope that the settings need: email or profile for [operators_from] email_domain or profile_field, "
    "usergroups for [allow] usergroups or groups in [second_person] ask; repeatable.",
)
def command(url: str | None, extras: tuple[str, ...]) -> None:
    """Print the manifest to paste at https://api.slack.com/apps (Create New App, From a manifest).

    Without --url it is for Socket Mode, with --url for HTTP. It asks only for the scopes that the bot needs.
    """
    from bot.manifest import http_form, manifest, with_scopes

    try:
        asked = with_scopes(manifest(), extras)
        click.echo(http_form(asked, url) if url else asked, nl=False)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--url") from None
