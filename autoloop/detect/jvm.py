"""The JVM: Gradle and Maven builds with JMH or kotlinx-benchmark."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autoloop.detect.bodies import inside, quote
from autoloop.detect.formats import HIGHER, LOWER
from autoloop.detect.repository import Repository
from autoloop.detect.tree import at, directory_of, is_sample
from autoloop.detect.words import Candidate, Evidence, Finding, GuardrailCandidate
from autoloop.metrics import RESULT_FILE

_SOURCES = (".java", ".kt", ".scala", ".groovy")
_GRADLE = ("build.gradle", "build.gradle.kts")
_SETTINGS = ("settings.gradle", "settings.gradle.kts")
_JMH_PLUGIN = r"me\.champeau\.(gradle\.)?jmh|alias\(libs\.plugins\.jmh\)|id\(?[ \"']+[\w.-]*jmh[\w.-]*[\"']"
_KOTLINX = r"org\.jetbrains\.kotlinx\.benchmark|alias\(libs\.plugins\.[\w.]*benchmark\)"
_BENCHMARK = r"^[ \t]*@Benchmark\b"
_ENOUGH = 400
_JAR_NAME = re.compile(r"<finalName>\s*(\$\{uberjar\.name\}|[\w.-]*benchmarks?[\w.-]*)\s*</finalName>")


def inspect(repo: Repository) -> Finding | None:
    """What there is to run in the repository's Gradle or Maven build; None without one."""
    gradle = [path for path in repo.tree.named(*_SETTINGS, *_GRADLE) if not is_sample(path)]
    poms = [path for path in repo.tree.named("pom.xml") if not is_sample(path) and repo.tree.readable_xml(path)]
    if not gradle and not poms:
        return None
    first = min((*gradle[:1], *poms[:1]), key=lambda path: (path.count("/"), path not in gradle))
    home = directory_of(first)
    build = _Gradle(repo, home) if first in gradle else _Maven(repo, home)
    evals = tuple(build.evals())
    return Finding(
        "jvm",
        package_manager=build.name,
        weight=0.55 if not home else 0.35,
        evals=evals,
        guardrails=tuple(build.guardrails()),
        protected=("**/src/test/**", "**/src/jmh/**"),
        evidence=(Evidence(first, f"{build.name} build"),),
        reasons=() if evals else tuple(build.reasons()),
    )


class _Build:
    """One build: its wrapper if it has one, and its modules with benchmarks."""

    name = ""
    wrapper = ""
    missing = ""

    def __init__(self, repo: Repository, home: str) -> None:
        self.repo = repo
        self.home = home
        place = at(home, "")
        self.tool = f"./{self.wrapper}" if place + self.wrapper in repo.tree else self.name
        self.sources = [
            path for path in repo.tree.suffixed(*_SOURCES) if path.startswith(place) and not is_sample(path)
        ]
        self.own = frozenset(self.sources)

    def benchmarks(self, module: str) -> tuple[str, ...]:
        """Sources with benchmarks: those that are named so, else any."""
        inner = [path for path in self.repo.tree.under(module) if path in self.own]
        near = [path for path in inner if re.search(r"(?i)jmh|bench|perf", path)]
        return self.repo.tree.grep(near, _BENCHMARK) or self.repo.tree.grep(inner[:_ENOUGH], _BENCHMARK)

    def reasons(self) -> Iterator[str]:
        """Why benchmarks that are there cannot be run."""
        files = self.benchmarks(self.home)
        if files:
            yield f"{files[0]} has JMH benchmarks, but nothing in the {self.name} build runs them: {self.missing}"

    def evals(self) -> Iterator[Candidate]:
        raise NotImplementedError

    def guardrails(self) -> Iterator[GuardrailCandidate]:
        raise NotImplementedError

    def candidate(self, command: str, build: str, file: str, files: tuple[str, ...], spoken: str) -> Candidate:
        """A JMH run; the benchmarks' own mode decides which way is better."""
        direction, unit = _mode("\n".join(map(self.repo.tree.text, files)))
        worth, support = self.repo.support(spoken)
        return Candidate(
            inside(self.home, command),
            "jmh", "geomean", direction, unit,
            build=inside(self.home, build) if build else "",
            timeout="1h",
            ecosystem="jvm",
            confidence="high" if direction else "low",
            evidence=(Evidence(file, "JMH benchmarks"), Evidence(files[0], "@Benchmark"), *support),
            protected=files,
            score=0.75 + worth,
            notes=("whole suites take long: name one benchmark, fewer forks and iterations",),
        )  # fmt: skip


def _mode(text: str) -> tuple[str, str]:
    """Direction and unit of JMH's score: throughput unless the benchmarks say otherwise; empty where they are mixed."""
    modes = set(re.findall(r"\bMode\.(Throughput|AverageTime|SampleTime|SingleShotTime|All)\b", text)) or {"Throughput"}
    units = set(
        re.findall(r"@OutputTimeUnit\(\s*(?:[\w.]*\.)?(NANOSECONDS|MICROSECONDS|MILLISECONDS|SECONDS)", text)
    ) or {"SECONDS"}
    short = {"NANOSECONDS": "ns", "MICROSECONDS": "us", "MILLISECONDS": "ms", "SECONDS": "s"}
    unit = short.get(units.pop(), "") if len(units) == 1 else ""
    if modes == {"Throughput"}:
        return HIGHER, f"ops/{unit}" if unit else ""
    if "Throughput" in modes or "All" in modes:
        return "", ""
    return LOWER, f"{unit}/op" if unit else ""


class _Gradle(_Build):
    name = "gradle"
    wrapper = "gradlew"
    missing = "apply the plugin me.champeau.jmh, or org.jetbrains.kotlinx.benchmark"

    def evals(self) -> Iterator[Candidate]:
        for path in self.repo.tree.named(*_GRADLE):
            module = directory_of(path)
            task = "" if is_sample(path) else self._task(path)
            files = self.benchmarks(module) if task else ()
            if files and not any(self._owns(other, module, files) for other in self._modules()):
                inner = module.removeprefix(self.home).strip("/").replace("/", ":")
                name = f":{inner}:{task}" if inner else task
                yield self.candidate(f"{self.tool} {quote(name)}", "", path, files, rf"gradlew?\b.*\b{task}\b")

    def _modules(self) -> list[str]:
        return [directory_of(path) for path in self.repo.tree.named(*_GRADLE)]

    @staticmethod
    def _owns(other: str, module: str, files: tuple[str, ...]) -> bool:
        """Whether a deeper module holds all of these benchmarks."""
        deeper = len(other) > len(module) and f"{other}/".startswith(at(module, ""))
        return deeper and all(path.startswith(f"{other}/") for path in files)

    def _task(self, path: str) -> str:
        """The task of the plugin that is applied here or, by convention, in ``buildSrc`` or the root script."""
        shared = self.repo.tree.matching(r"^(buildSrc|build-logic)/.*\.(gradle|kts|groovy)$")
        texts = [self.repo.tree.text(path), *map(self.repo.tree.text, shared)]
        if any(re.search(_KOTLINX, text) for text in texts):
            return "benchmark"
        return "jmh" if any(re.search(_JMH_PLUGIN, text) for text in texts) else ""

    def guardrails(self) -> Iterator[GuardrailCandidate]:
        tests = [path for path in self.sources if re.search(r"/src/(\w*[tT]est|commonTest)/|^src/\w*[tT]est/", path)]
        root = self.repo.tree.first(*(at(self.home, name) for name in (*_GRADLE, *_SETTINGS)))
        if tests:
            command = inside(self.home, f"{self.tool} test")
            yield GuardrailCandidate("tests", command, (Evidence(tests[0], "tests"),), "jvm", 0.8)
        text = self.repo.tree.text(root)
        for task in ("spotlessCheck", "ktlintCheck", "detekt"):
            seen = self.repo.run_in_ci(rf"\b{task}\b")
            if seen:
                yield GuardrailCandidate("lint", inside(self.home, f"{self.tool} {task}"), seen, "jvm", 0.5)
                return
        if "com.diffplug.spotless" in text:
            command = inside(self.home, f"{self.tool} spotlessCheck")
            yield GuardrailCandidate("lint", command, (Evidence(root, "spotless plugin"),), "jvm", 0.45)


class _Maven(_Build):
    name = "mvn"
    wrapper = "mvnw"
    missing = "pack them into a benchmarks.jar with maven-shade-plugin, as JMH's archetype does"

    def evals(self) -> Iterator[Candidate]:
        for path in self.repo.tree.named("pom.xml"):
            text, module = self.repo.tree.text(path), directory_of(path)
            if is_sample(path) or not re.search(r"<artifactId>jmh-core</artifactId>", text):
                continue
            files = self.benchmarks(module)
            jar = _JAR_NAME.search(text)
            if files and (jar or "maven-shade-plugin" in text or "maven-assembly-plugin" in text):
                yield self._jar(path, module, files, jar[1] if jar else "")

    def _jar(self, path: str, module: str, files: tuple[str, ...], name: str) -> Candidate:
        inner = module.removeprefix(self.home).strip("/")
        chosen = f" -pl {quote(inner)} -am" if inner else ""
        build = f"{self.tool} -B -q package -DskipTests{chosen}"
        jar = self._resolved(path, name) or "benchmarks"
        where = f"{inner}/target/{jar}.jar" if inner else f"target/{jar}.jar"
        command = f"java -jar {quote(where)} -rf json -rff {RESULT_FILE}"
        return self.candidate(command, build, path, files, r"benchmarks?[\w.-]*\.jar|jmh")

    def _resolved(self, path: str, name: str) -> str:
        """A name with the property it stands for, where the same file defines it."""
        if not name.startswith("$"):
            return name
        found = re.search(rf"<{re.escape(name[2:-1])}>\s*([\w.-]+)\s*</", self.repo.tree.text(path))
        return found[1] if found else ""

    def guardrails(self) -> Iterator[GuardrailCandidate]:
        tests = [path for path in self.sources if re.search(r"(^|/)src/(test|it)/", path)]
        if tests:
            command = inside(self.home, f"{self.tool} -B test")
            yield GuardrailCandidate("tests", command, (Evidence(tests[0], "tests"),), "jvm", 0.8)
