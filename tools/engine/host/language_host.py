"""The Python language host of an engine that was built from source.

The engine starts it as `pulumi-language-python [--tracing URL] [engine address]`, reads the port
it prints, and speaks the LanguageRuntime protocol to it. It is for `Run`: start the program
through `pulumi-language-python-exec`, and tell how it ended.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import select
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

import generators
from children import Children, EndedError
from dependencies import dependency
from ending import watch_for_end
from google.protobuf import empty_pb2
from google.protobuf.message import Message
from project_python import ProjectError, ProjectPython
from protocol import (
    engine_pb2,
    engine_pb2_grpc,
    grpc,
    language_pb2,
    language_pb2_grpc,
    plugin_pb2,
)

EXECUTOR = Path(__file__).resolve().parent.parent / "bin" / "pulumi-language-python-exec"
REPORTED = 32  # the executor's exit code for "the user has been told what is wrong"
# Large programs have large configurations: the engine's own limit.
MESSAGE_BYTES = 400 * 1024 * 1024


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """The LanguageRuntime service: one method, one RPC."""

    def __init__(self, children: Children, engine: str, tracing: str) -> None:
        self._children = children
        self._engine = engine
        self._tracing = tracing

    def Handshake(  # noqa: N802
        self, request: language_pb2.LanguageHandshakeRequest, _: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        """Learn the engine's address, where it was not given on the command line."""
        self._engine = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(  # noqa: N802
        self, _request: empty_pb2.Empty, _: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        """Name the version of the SDK whose protocol this host speaks."""
        from importlib.metadata import version  # noqa: PLC0415 -- slow, and seldom asked

        return plugin_pb2.PluginInfo(version=version("pulumi"))

    def Run(  # noqa: N802
        self, request: language_pb2.RunRequest, context: grpc.ServicerContext
    ) -> language_pb2.RunResponse:
        """Run the program to its end. `bail` says that the user knows why it failed."""
        if request.attach_debugger:
            return language_pb2.RunResponse(
                error="--attach-debugger needs the released Pulumi CLI; this engine was built"
                " from source."
            )
        try:
            project = ProjectPython.of(request.info)
            command = [project.python(), "-u", str(EXECUTOR), *self._arguments(request)]
            environment = project.environment() | {
                "PULUMI_CONFIG": json.dumps(dict(request.config)),
                "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
            }
            process = self._children.start(command, environment=environment)
        except ProjectError as error:
            _refuse(context, error)
        except EndedError:
            return language_pb2.RunResponse(bail=True)
        if not context.add_callback(process.terminate):
            process.terminate()
        code = self._children.wait(process)
        if code == 0:
            return language_pb2.RunResponse()
        if code == REPORTED or self._children.ended:
            return language_pb2.RunResponse(bail=True)
        if code < 0:
            return language_pb2.RunResponse(error=f"Program was ended by signal {-code}")
        return language_pb2.RunResponse(error=f"Program exited with non-zero exit code: {code}")

    def _arguments(self, request: language_pb2.RunRequest) -> list[str]:
        named = {
            "monitor": request.monitor_address,
            "engine": self._engine,
            "project": request.project,
            "root_directory": request.info.root_directory,
            "stack": request.stack,
            "pwd": request.pwd,
            "dry_run": "true" if request.dryRun else "false",
            "parallel": str(request.parallel),
            "tracing": self._tracing,
            "organization": request.organization,
        }
        given = [part for name, value in named.items() if value for part in (f"--{name}", value)]
        return [*given, request.info.entry_point or ".", *request.args]

    def GetRequiredPackages(  # noqa: N802
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """Name the plugins of the installed packages, after creating a missing environment."""
        try:
            project = ProjectPython.of(request.info)
            if project.venv_is_missing:
                with grpc.insecure_channel(self._engine) as channel:
                    engine = engine_pb2_grpc.EngineStub(channel)
                    for line in self._install(project):
                        message = line.decode(errors="replace")
                        engine.Log(engine_pb2.LogRequest(message=message, ephemeral=True))
            plugins = project.plugins()
        except (ProjectError, EndedError) as error:
            _refuse(context, error)
        return language_pb2.GetRequiredPackagesResponse(
            packages=[
                dependency(plugin)
                for plugin in plugins
                # An alpha's or beta's package version does not tell the plugin's.
                if re.fullmatch(r"v?\d+\.\d+\.\d+([-+].*)?", plugin["version"])
            ]
        )

    def InstallDependencies(  # noqa: N802
        self, request: language_pb2.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        """`pulumi install`: create the virtual environment, install requirements.txt into it."""
        try:
            for line in self._install(ProjectPython.of(request.info)):
                yield language_pb2.InstallDependenciesResponse(stdout=line)
        except (ProjectError, EndedError) as error:
            _refuse(context, error)

    def _install(self, project: ProjectPython) -> Iterator[bytes]:
        for command in project.install_commands():
            yield f"{' '.join(command)}\n".encode()
            process = self._children.start(
                command,
                environment=project.environment(),
                directory=project.directory,
                capture=True,
            )
            if process.stdout is not None:
                with process.stdout:
                    yield from process.stdout
            if code := self._children.wait(process):
                raise ProjectError(f"`{' '.join(command)}` failed with exit code {code}.")

    def RunPlugin(  # noqa: N802
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        """Run a policy pack until the engine has enough of it. Its first line is its port."""
        if request.kind != "analyzer":
            self._unsupported(request, context)
        try:
            project = ProjectPython.of(request.info)
            process = self._children.start(
                [project.python(), "-u", "-m", "pulumi.policy", *request.args, str(project.root)],
                environment=project.environment(),
                capture=True,
                errors=None,
            )
        except (ProjectError, EndedError) as error:
            _refuse(context, error)
        if not context.add_callback(process.terminate):
            process.terminate()
        if process.stdout is not None:
            with process.stdout:
                for line in process.stdout:
                    yield language_pb2.RunPluginResponse(stdout=line)
        yield language_pb2.RunPluginResponse(exitcode=self._children.wait(process))

    def About(  # noqa: N802
        self, request: language_pb2.AboutRequest, context: grpc.ServicerContext
    ) -> language_pb2.AboutResponse:
        """`pulumi about`: the interpreter that runs the program."""
        try:
            executable, version = ProjectPython.of(request.info).about()
        except ProjectError as error:
            _refuse(context, error)
        return language_pb2.AboutResponse(executable=executable, version=version)

    def GetProgramDependencies(  # noqa: N802
        self, request: language_pb2.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        """`pulumi about`: what is installed for the program."""
        try:
            packages = ProjectPython.of(request.info).packages(
                transitive=request.transitiveDependencies
            )
        except ProjectError as error:
            _refuse(context, error)
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[
                language_pb2.DependencyInfo(name=package["name"], version=package["version"])
                for package in packages
            ]
        )

    def GenerateProgram(  # noqa: N802
        self, request: language_pb2.GenerateProgramRequest, context: grpc.ServicerContext
    ) -> language_pb2.GenerateProgramResponse:
        """`pulumi import`: the program of what was imported."""
        try:
            made = generators.program(self._children, request.source, request.loader_target)
            return language_pb2.GenerateProgramResponse(source=made)
        except (generators.GeneratorError, EndedError) as error:
            _refuse(context, error)

    def GeneratePackage(  # noqa: N802
        self, request: language_pb2.GeneratePackageRequest, context: grpc.ServicerContext
    ) -> language_pb2.GeneratePackageResponse:
        """`pulumi package gen-sdk`: the package of a schema."""
        try:
            generators.package(self._children, request.schema, request.directory)
            return language_pb2.GeneratePackageResponse()
        except (generators.GeneratorError, EndedError) as error:
            _refuse(context, error)

    def Cancel(self, _request: empty_pb2.Empty, _: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        """End the program: the user has pressed ^C."""
        self._children.end()
        return empty_pb2.Empty()

    def _unsupported(self, _request: Message, context: grpc.ServicerContext) -> NoReturn:
        # Said here, because the generated class answers with a traceback on standard error.
        context.abort(
            grpc.StatusCode.UNIMPLEMENTED,
            "This needs the released Pulumi CLI; this engine was built from source.",
        )
        raise AssertionError  # abort raises

    GetRequiredPlugins: Any = _unsupported
    RuntimeOptionsPrompts: Any = _unsupported
    Template: Any = _unsupported
    GenerateProject: Any = _unsupported
    Pack: Any = _unsupported
    Link: Any = _unsupported


def _refuse(context: grpc.ServicerContext, error: Exception) -> NoReturn:
    """End the RPC with the error's sentence, which the engine shows."""
    context.abort(grpc.StatusCode.UNKNOWN, str(error) or "The engine is ending.")
    raise AssertionError  # abort raises


def main() -> None:
    """Serve until the engine ends."""
    arguments = argparse.ArgumentParser(prog="pulumi-language-python", allow_abbrev=False)
    arguments.add_argument("engine", nargs="?", default="")
    arguments.add_argument("--tracing", default="")
    given, _logging_flags = arguments.parse_known_args()

    end = watch_for_end()
    children = Children()
    server = grpc.server(
        ThreadPoolExecutor(max_workers=16),
        options=[
            ("grpc.max_receive_message_length", MESSAGE_BYTES),
            ("grpc.max_send_message_length", MESSAGE_BYTES),
        ],
    )
    host = LanguageHost(children, given.engine, given.tracing)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)

    select.select(end, [], [])
    children.end()
    server.stop(grace=1).wait()
    if os.getpgrp() == os.getpid():
        # What the programs started themselves ends with them.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)


if __name__ == "__main__":
    main()
