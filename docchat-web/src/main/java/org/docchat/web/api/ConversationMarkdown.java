package org.docchat.web.api;

import java.util.stream.Collectors;

/**
 * A conversation to read and keep elsewhere. Only what this class writes is markup, and the emphasis, lists and code of
 * an answer: nothing else that a document or a chat model said may make a viewer fetch, link or run anything.
 */
final class ConversationMarkdown {
    private ConversationMarkdown() {}

    static String of(Views.ConversationWithAnswers conversation) {
        return "# " + plain(conversation.title()) + "\n\n"
                + conversation.answers().stream()
                        .map(ConversationMarkdown::answer)
                        .collect(Collectors.joining("\n"));
    }

    private static String answer(Views.GivenAnswer answer) {
        var text = new StringBuilder("## " + plain(answer.question()) + "\n\n");
        if (!answer.standaloneQuestion().equals(answer.question())) {
            text.append("*Searched for: ")
                    .append(plain(answer.standaloneQuestion()))
                    .append("*\n\n");
        }
        if (answer.outcome().equals("not_found")) {
            text.append("*Not in the documents.* ");
        }
        text.append(marked(answer.text())).append("\n\n");
        for (var citation : answer.citations()) {
            text.append("- \\[")
                    .append(citation.number())
                    .append("\\] ")
                    .append(plain(citation.documentName()))
                    .append(citation.page() == null ? "" : ", page " + citation.page())
                    .append(citation.section() == null ? "" : ", " + plain(citation.section()))
                    .append(", version ")
                    .append(citation.version())
                    .append(": “")
                    .append(plain(citation.quote()))
                    .append("”\n");
        }
        if (!answer.citations().isEmpty()) {
            text.append('\n');
        }
        if (answer.notice() != null) {
            text.append("> ").append(plain(answer.notice())).append("\n\n");
        }
        return text.append(
                        answer.writer().equals("extractive")
                                ? "Quoted word for word, "
                                : "Written by " + plain(answer.writer()) + ", ")
                .append(answer.createdAt())
                .append("\n")
                .toString();
    }

    /** On one line, and not markup. */
    private static String plain(String text) {
        return text.strip().replaceAll("\\s+", " ").replaceAll("[\\\\`*_\\[\\]<>#|~&]", "\\\\$0");
    }

    /** Markup that fetches nothing and leads nowhere: no HTML, links, images or definitions of links. */
    private static String marked(String text) {
        // A backslash of its own would take its meaning from the one that is put behind it.
        return text.strip().replaceAll("[\\\\<&\\[\\]]", "\\\\$0");
    }
}
