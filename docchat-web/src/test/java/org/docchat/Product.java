package org.docchat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/** The classes that are shipped. */
public final class Product {
    /** Neither this module's tests nor those that another module shares as a jar. */
    private static final ImportOption NO_TESTS =
            location -> !location.contains("/test-classes/") && !location.contains("-tests.jar");

    private Product() {}

    public static JavaClasses classesIn(String topPackage) {
        return new ClassFileImporter().withImportOption(NO_TESTS).importPackages(topPackage);
    }
}
