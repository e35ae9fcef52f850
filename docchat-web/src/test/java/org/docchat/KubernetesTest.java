package org.docchat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The Kubernetes manifests say what the image and the settings say")
class KubernetesTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path MANIFESTS = ROOT.resolve("docker/kubernetes");
    private static final Set<String> SECRETS =
            Set.of("DATABASE_URL", "JWT_SECRET", "DOCCHAT_ADMIN_PASSWORD", "OPENAI_API_KEY");

    private final String dockerfile = read(ROOT.resolve("docker/Dockerfile"));
    private final String node = read(MANIFESTS.resolve("base/node/deployment.yaml"));

    @Test
    void userAndPortAreTheImages() {
        assertThat(dockerfile)
                .contains("USER " + one(node, "runAsUser: (\\d+)") + ":" + one(node, "runAsGroup: (\\d+)"));
        assertThat(one(node, "containerPort: (\\d+)")).isEqualTo(one(dockerfile, "EXPOSE (\\d+)"));
        assertThat(one(node, "mountPath: (\\S+)}"))
                .as("the only place that is written to")
                .isEqualTo(one(dockerfile, "ENV HOME=(\\S+)"));
    }

    @Test
    void everyProbeAsksForWhatItIsAbout() {
        assertThat(node)
                .containsPattern("startupProbe:\\s+httpGet: \\{path: /health/started, port: http}")
                .containsPattern("readinessProbe:\\s+httpGet: \\{path: /health/ready, port: http}")
                .containsPattern("livenessProbe:\\s+httpGet: \\{path: /health/live, port: http}");
    }

    @Test
    void everyVariableIsASettingAndSecretsAreNeverValues() throws IOException {
        var known = new TreeSet<>(all(read(ROOT.resolve(".env.example")), "(?m)^(?:# )?([A-Z][A-Z_]+)="));
        var referred = all(node, "- name: ([A-Z_]+)\\s+valueFrom: \\{secretKeyRef: ");
        assertThat(referred).containsExactlyInAnyOrderElementsOf(SECRETS);
        try (var files = Files.walk(MANIFESTS)) {
            for (var file :
                    files.filter(path -> path.toString().endsWith(".yaml")).toList()) {
                var text = read(file);
                var set = new TreeSet<>(all(text, "- ([A-Z][A-Z_]+)=\\S"));
                set.addAll(all(text, "name: ([A-Z][A-Z_]+), value:"));
                assertThat(known).as(file.toString()).containsAll(set);
                assertThat(set).as(file.toString()).doesNotContainAnyElementsOf(SECRETS);
            }
        }
        assertThat(known).containsAll(referred);
    }

    /** A service called docchat would otherwise set DOCCHAT_PORT. */
    @Test
    void theClusterSetsNoVariablesOfOurNames() {
        assertThat(node).contains("enableServiceLinks: false");
    }

    @Test
    void theGraceIsLongerThanAllStepsOfAShutdown() {
        int grace = Integer.parseInt(one(node, "terminationGracePeriodSeconds: (\\d+)"));
        int preStop = Integer.parseInt(one(node, "command: \\[sleep, \"(\\d+)\"]"));
        int running = Integer.parseInt(
                one(read(MANIFESTS.resolve("base/kustomization.yaml")), "DOCCHAT_SHUTDOWN_SECONDS=(\\d+)"));
        assertThat(grace - preStop - running).isGreaterThanOrEqualTo(20);
        assertThat(one(read(ROOT.resolve("compose.yaml")), "stop_grace_period: (\\d+)s"))
                .isEqualTo(Integer.toString(grace));
    }

    /** What Pod Security's level "restricted" asks for, and a root that nobody writes to. */
    @Test
    void theNodeHasNoPrivileges() {
        assertThat(node)
                .contains("runAsNonRoot: true")
                .contains("seccompProfile: {type: RuntimeDefault}")
                .contains("allowPrivilegeEscalation: false")
                .contains("readOnlyRootFilesystem: true")
                .contains("capabilities: {drop: [ALL]}")
                .contains("automountServiceAccountToken: false");
    }

    private static String one(String text, String pattern) {
        var found = all(text, pattern);
        assertThat(found).as(pattern).isNotEmpty();
        return found.get(0);
    }

    private static List<String> all(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(file + " cannot be read", e);
        }
    }
}
