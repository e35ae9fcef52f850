package org.docchat;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import io.kubernetes.client.openapi.models.V1CronJob;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Ingress;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

@DisplayName("The Kubernetes manifests say what the image and the settings say")
class KubernetesTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path MANIFESTS = ROOT.resolve("docker/kubernetes");
    private static final Set<String> SECRETS =
            Set.of("DATABASE_URL", "JWT_SECRET", "DOCCHAT_ADMIN_PASSWORD", "OPENAI_API_KEY");

    /** What checks a resource of a kind, for its fields and the ones within them. */
    private interface Check {
        void of(JsonElement resource) throws IOException;
    }

    private static final Map<String, Check> KINDS = Map.of(
            "v1 Namespace", V1Namespace::validateJsonElement,
            "v1 PersistentVolumeClaim", V1PersistentVolumeClaim::validateJsonElement,
            "v1 Service", V1Service::validateJsonElement,
            "apps/v1 Deployment", V1Deployment::validateJsonElement,
            "autoscaling/v2 HorizontalPodAutoscaler", V2HorizontalPodAutoscaler::validateJsonElement,
            "batch/v1 CronJob", V1CronJob::validateJsonElement,
            "networking.k8s.io/v1 Ingress", V1Ingress::validateJsonElement,
            "networking.k8s.io/v1 NetworkPolicy", V1NetworkPolicy::validateJsonElement,
            "policy/v1 PodDisruptionBudget", V1PodDisruptionBudget::validateJsonElement);

    private final String dockerfile = read(ROOT.resolve("docker/Dockerfile"));
    private final String node = read(MANIFESTS.resolve("base/node/deployment.yaml"));

    /** What kustomize makes of these files is kustomize's; its own files, and what they change, are not looked at. */
    @Test
    void everyFieldIsOneThatKubernetesKnows() throws IOException {
        var seen = new TreeSet<String>();
        for (var file : manifests()) {
            for (var resource : new Yaml().loadAll(read(file))) {
                var json = new Gson().toJsonTree(resource);
                var kind = kind(json);
                if (kind.startsWith("kustomize.config.k8s.io/")) {
                    continue;
                }
                seen.add(kind);
                assertThat(KINDS).as(file.toString()).containsKey(kind);
                assertThatCode(() -> requireNonNull(KINDS.get(kind)).of(json))
                        .as(file.toString())
                        .doesNotThrowAnyException();
            }
        }
        assertThat(seen).isEqualTo(KINDS.keySet());
    }

    @Test
    void aFieldThatKubernetesDoesNotKnowIsFound() {
        var wrong = new Gson().toJsonTree(new Yaml().<Object>load(node.replace("periodSeconds", "periodInSeconds")));

        assertThatThrownBy(() -> V1Deployment.validateJsonElement(wrong)).hasMessageContaining("periodInSeconds");
    }

    private static String kind(JsonElement resource) {
        var object = resource.getAsJsonObject();
        return object.get("apiVersion").getAsString() + " " + object.get("kind").getAsString();
    }

    /** Its tools must not be older than the server. */
    @Test
    void theBackupHasTheDatabasesImage() {
        assertThat(one(read(MANIFESTS.resolve("components/backup/backup.yaml")), "image: (\\S+)"))
                .isEqualTo(one(read(ROOT.resolve("compose.yaml")), "POSTGRES_IMAGE:-([^}]+)}"));
    }

    /** An hour for a migration; who waits for the deployment waits as long. */
    @Test
    void aMigrationMayTakeLong() {
        int seconds = 5 * Integer.parseInt(one(node, "startupProbe:[^#]*?failureThreshold: (\\d+)"));
        assertThat(seconds).isGreaterThanOrEqualTo(3_600);
        assertThat(Integer.parseInt(one(node, "progressDeadlineSeconds: (\\d+)")))
                .isGreaterThan(seconds);
    }

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
        // The server's.
        known.addAll(all(read(ROOT.resolve("compose.yaml")), "(?m)^      (OTEL_[A-Z_]+):"));
        var referred = all(node, "- name: ([A-Z_]+)\\s+valueFrom: \\{secretKeyRef: ");
        assertThat(referred).containsExactlyInAnyOrderElementsOf(SECRETS);
        for (var file : manifests()) {
            var text = read(file);
            var set = new TreeSet<>(all(text, "- ([A-Z][A-Z_]+)=\\S"));
            set.addAll(all(text, "name: ([A-Z][A-Z_]+), value:"));
            assertThat(known).as(file.toString()).containsAll(set);
            assertThat(set).as(file.toString()).doesNotContainAnyElementsOf(SECRETS);
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

    private static List<Path> manifests() throws IOException {
        try (var files = Files.walk(MANIFESTS)) {
            return files.filter(path -> path.toString().endsWith(".yaml")).toList();
        }
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
