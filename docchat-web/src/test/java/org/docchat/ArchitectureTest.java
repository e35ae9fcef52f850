package org.docchat;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The parts of DocChat know only whom they may know")
class ArchitectureTest {
    private static final JavaClasses ALL = Product.classesIn("org.docchat");

    private static final DescribedPredicate<JavaClass> WAYS_OUT = DescribedPredicate.describe(
            "open connections",
            type -> type.getName().matches("java\\.net\\.http\\.(HttpClient|WebSocket).*")
                    || type.getName()
                            .matches("java\\.net\\.(Socket|ServerSocket|DatagramSocket|MulticastSocket|"
                                    + "HttpURLConnection|URLConnection)")
                    || type.getName().matches("java\\.nio\\.channels\\..*(Socket|Datagram)Channel")
                    || type.getName().startsWith("javax.net.") && !type.isAssignableTo(Throwable.class)
                    || type.getName().startsWith("jakarta.ws.rs.client.")
                    || type.getName().startsWith("jakarta.mail.")
                    || type.getName().startsWith("javax.naming."));

    /** A rule about classes that nobody found is kept by everybody. */
    @ParameterizedTest
    @CsvSource({"domain, 25", "ingest, 45", "query, 30", "web, 100", "launcher, 2"})
    void theRulesSeeTheClassesThatTheyAreAbout(String part, int atLeast) {
        assertThat(in("org.docchat." + part + "..")).hasSizeGreaterThanOrEqualTo(atLeast);
    }

    @Test
    void theDomainKnowsTheJdkAndNullSafetyOnly() {
        classes()
                .that()
                .resideInAPackage("org.docchat.domain..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage("org.docchat.domain..", "java..", "org.jspecify.."))
                .check(ALL);
    }

    @Test
    void ingestAndQueryDoNotKnowEachOther() {
        noClasses()
                .that()
                .resideInAPackage("org.docchat.ingest..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.docchat.query..", "org.docchat.web.."))
                .check(ALL);
        noClasses()
                .that()
                .resideInAPackage("org.docchat.query..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.docchat.ingest..", "org.docchat.web.."))
                .check(ALL);
    }

    @Test
    void theContextsKnowNeitherPagesNorHttp() {
        noClasses()
                .that()
                .resideInAnyPackage("org.docchat.ingest..", "org.docchat.query..")
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "jakarta.faces..",
                        "jakarta.ws.rs..",
                        "jakarta.servlet..",
                        "jakarta.enterprise..",
                        "org.primefaces..",
                        "org.eclipse.microprofile.."))
                .check(ALL);
    }

    @Test
    void parsersAreKnownToTheExtractionProcessOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.docchat.ingest.extract..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.apache.tika..", "org.apache.pdfbox..", "org.apache.poi.."))
                .check(ALL);
    }

    @Test
    void inTheWebOnlyPlatformAndSecurityTouchTheDatabase() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "org.docchat.web.api..",
                        "org.docchat.web.interop..",
                        "org.docchat.web.page..",
                        "org.docchat.web.model..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("jakarta.persistence..", "javax.sql..", "java.sql.."))
                .check(ALL);
    }

    @Test
    void pagesAndApiDoNotKnowEachOther() {
        SlicesRuleDefinition.slices()
                .matching("org.docchat.web.(api|page)..")
                .should()
                .notDependOnEachOther()
                .check(ALL);
    }

    @Test
    void theLauncherIsNoPartOfTheApplication() {
        noClasses()
                .that()
                .resideInAPackage("org.docchat.web..")
                .should()
                .dependOnClassesThat(resideInAPackage("org.docchat.launcher.."))
                .check(ALL);
        noClasses()
                .that()
                .resideInAPackage("org.docchat.launcher..")
                .should()
                .dependOnClassesThat(resideInAPackage("org.docchat.web.."))
                .check(ALL);
    }

    /** Whoever reads a setting elsewhere hides it from .env.example. */
    @Test
    void theEnvironmentIsReadWhereSettingsAreReadAndNowhereElse() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("org.docchat.launcher.Launcher")
                .should()
                .callMethod(System.class, "getenv", String.class)
                .check(ALL);
        noClasses()
                .that()
                .resideOutsideOfPackage("org.docchat.web.platform..")
                .should()
                .dependOnClassesThat(resideInAPackage("org.eclipse.microprofile.config.."))
                .check(ALL);
    }

    /**
     * HTTP leaves by one class, which speaks to configured hosts only and follows nobody elsewhere; the scanner's protocol is
     * another. What opens sockets besides is the database's driver, for the data source, and the launcher, before there is an
     * application.
     */
    @Test
    @Tag("S3")
    void whatLeavesLeavesByOneWayOut() {
        noClasses()
                .that()
                .resideInAPackage("org.docchat..")
                .and()
                .resideOutsideOfPackages("org.docchat.launcher..")
                .and()
                .doNotHaveFullyQualifiedName("org.docchat.web.outbound.Outbound")
                .and()
                .doNotHaveFullyQualifiedName("org.docchat.ingest.extract.Clamd")
                .should()
                .dependOnClassesThat(WAYS_OUT)
                .orShould()
                .callMethodWhere(target(owner(assignableTo(java.net.URL.class)))
                        .and(target(nameMatching("openStream|openConnection|getContent"))))
                .check(ALL);
        assertThat(ALL.get("org.docchat.web.outbound.Outbound").getDirectDependenciesFromSelf())
                .as("the rule sees what it is about")
                .anyMatch(dependency -> WAYS_OUT.test(dependency.getTargetClass()));
    }

    @Test
    void aContextShowsItsFacadeAndWhatItGivesAndTakes() {
        assertThat(publicTypes("org.docchat.ingest"))
                .containsExactlyInAnyOrder(
                        "Archives",
                        "Bell",
                        "Collections",
                        "DocumentFormat",
                        "Embeddings",
                        "Library",
                        "Quota",
                        "Sharing",
                        "Worker");
        assertThat(publicTypes("org.docchat.query"))
                .containsExactlyInAnyOrder(
                        "ChatModel",
                        "ChatWriter",
                        "Conversations",
                        "EvaluationMetrics",
                        "EvaluationWorker",
                        "Evaluations",
                        "ExtractiveWriter",
                        "Librarian",
                        "Quality",
                        "Trace",
                        "Traces",
                        "Writer");
    }

    @Test
    void nothingIsNamedAfterItsMechanics() {
        noClasses()
                .should()
                .haveSimpleNameEndingWith("Service")
                .orShould()
                .haveSimpleNameEndingWith("Manager")
                .orShould()
                .haveSimpleNameEndingWith("Helper")
                .orShould()
                .haveSimpleNameEndingWith("Util")
                .orShould()
                .haveSimpleNameEndingWith("Utils")
                .orShould()
                .haveSimpleNameEndingWith("Impl")
                .orShould()
                .haveSimpleNameEndingWith("Dto")
                .check(ALL);
    }

    private static Stream<String> publicTypes(String contextPackage) {
        return ALL.stream()
                .filter(JavaClass::isTopLevelClass)
                .filter(type -> type.getPackageName().equals(contextPackage))
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .map(JavaClass::getSimpleName);
    }

    private static JavaClasses in(String packages) {
        return ALL.that(resideInAPackage(packages));
    }
}
