package org.docchat.web.page;

import org.jspecify.annotations.Nullable;

/** Names that came from outside, as pages show them. */
public final class Names {
    private Names() {}

    /**
     * A name whose marks that would turn its direction round, "fdp.exe" for "exe.pdf", are shown for what they are. As
     * {@code shown} in dom.js; where there can be elements, the tag {@code name} also keeps it apart from what stands around.
     */
    public static String shown(@Nullable String name) {
        return name == null ? "" : name.replaceAll("[\\u202A-\\u202E\\u2066-\\u2069]", "\uFFFD");
    }
}
