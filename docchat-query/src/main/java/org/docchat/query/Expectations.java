package org.docchat.query;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.docchat.domain.Citation;
import org.docchat.domain.Passage;
import org.docchat.query.Evaluations.Expected;
import org.jspecify.annotations.Nullable;

/**
 * Looks for what is expected of a question in what came of it. A document stands where its best passage stands; where a
 * page is expected, pages are ranked instead, so that a question has one ranking in which no two things share a place.
 * Of the pages that a passage runs over, those that are expected come first: it is found on each of them.
 */
final class Expectations {
    private Expectations() {}

    /** The place of each, from 1; 0 for what is not there. */
    static int[] ranks(List<Expected> expected, List<Passage> ranking, Function<Passage, List<Integer>> pagesOf) {
        boolean byPage = expected.stream().anyMatch(each -> each.page() != null);
        var places = new LinkedHashSet<Expected>();
        for (var passage : ranking) {
            var pages = byPage ? pagesOf.apply(passage) : List.<Integer>of();
            pages.stream()
                    .map(page -> new Expected(passage.documentName(), page))
                    .sorted(Comparator.comparing(page -> !expected.contains(page)))
                    .forEach(places::add);
            if (pages.isEmpty()) {
                places.add(new Expected(passage.documentName(), null));
            }
        }
        var list = new ArrayList<>(places);
        return expected.stream()
                .mapToInt(each -> {
                    for (int i = 0; i < list.size(); i++) {
                        if (fits(each, list.get(i).document(), list.get(i).page())) {
                            return i + 1;
                        }
                    }
                    return 0;
                })
                .toArray();
    }

    static boolean isCited(List<Expected> expected, List<Citation> citations) {
        return citations.stream().anyMatch(citation -> expected.stream()
                .anyMatch(each -> fits(each, citation.passage().documentName(), citation.page())));
    }

    private static boolean fits(Expected expected, String document, @Nullable Integer page) {
        return expected.document().equals(document)
                && (expected.page() == null || Objects.equals(expected.page(), page));
    }
}
