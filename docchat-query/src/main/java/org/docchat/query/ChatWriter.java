package org.docchat.query;

import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.docchat.domain.EmbeddingModel;
import org.docchat.domain.Failure;
import org.docchat.domain.Passage;
import org.docchat.domain.Sentences;
import org.jspecify.annotations.Nullable;

/**
 * Has a chat model write, and keeps of it what the passages back. Where the model fails, another writer takes over and
 * says so.
 */
public final class ChatWriter implements Writer {
    private static final System.Logger LOG = System.getLogger(ChatWriter.class.getName());

    /** What the prompt has a model say that finds no answer; small ones write it in their own way. */
    private static final String NOT_IN_DOCUMENTS = "NOTINDOCUMENTS";

    private static final String NOTHING_BACKED = "Nothing of what the chat model wrote is backed by these documents.";

    private static final String TOO_LONG = "The question is too long for the chat model.";

    /** A reader waits for this before anything is searched for. */
    private static final Duration STANDALONE_TIME = Duration.ofSeconds(8);
    /** With a model's thoughts. */
    private static final int STANDALONE_LONGEST = 4_000;

    private static final String CUT = "The answer was cut: it took too long or too much.";

    private static final Pattern CITES = Pattern.compile("[\\[【]\\s?\\p{Nd}");
    private static final Pattern THOUGHTS = Pattern.compile("(?s)^\\s*<think>.*?(</think>|$)");

    private final ChatModel chat;
    private final EmbeddingModel embeddings;
    private final Writer otherwise;
    private final Supplier<String> boundary;

    /**
     * @param embeddings tells how close claims and sentences are in meaning
     * @param otherwise writes where the chat model fails, or nothing of it is backed
     */
    public ChatWriter(ChatModel chat, EmbeddingModel embeddings, Writer otherwise) {
        this(chat, embeddings, otherwise, ChatWriter::randomWord);
    }

    ChatWriter(ChatModel chat, EmbeddingModel embeddings, Writer otherwise, Supplier<String> boundary) {
        this.chat = chat;
        this.embeddings = embeddings;
        this.otherwise = otherwise;
        this.boundary = boundary;
    }

    private static String randomWord() {
        var bytes = new byte[12];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public String name() {
        return chat.name();
    }

    /** Where the model fails, takes its time or makes something up, the rule decides. */
    @Override
    public String standalone(String question, List<String> earlier, BooleanSupplier isCancelled) {
        var byRule = FollowUp.standalone(question, earlier);
        if (byRule.equals(question)) {
            return question;
        }
        long end = System.nanoTime() + STANDALONE_TIME.toNanos();
        var prompt = StandalonePrompt.of(question, earlier, boundary);
        var written = new StringBuilder();
        try {
            var completion = chat.complete(
                    prompt,
                    written::append,
                    () -> isCancelled.getAsBoolean()
                            || System.nanoTime() - end > 0
                            || written.length() > STANDALONE_LONGEST);
            var text = THOUGHTS.matcher(completion.text()).replaceFirst("").strip();
            if (completion.end() == ChatModel.End.COMPLETE && StandalonePrompt.isFaithful(text, question, earlier)) {
                return text;
            }
            LOG.log(Level.DEBUG, "the chat model made no question of a follow-up that can be used");
        } catch (Failure.Unavailable e) {
            LOG.log(Level.WARNING, () -> "the chat model " + chat.name() + " made no question: " + e.code());
        }
        if (isCancelled.getAsBoolean()) {
            throw new CancellationException("nobody waits for the answer any more");
        }
        return byRule;
    }

    @Override
    public Draft write(String question, List<Passage> passages, Consumer<String> tokens, BooleanSupplier isCancelled) {
        var prompt = AnswerPrompt.of(question, passages, chat.contextTokens() - chat.answerTokens(), boundary);
        if (prompt.passages().isEmpty()) {
            return instead(
                    otherwise.write(question, passages, tokens, isCancelled),
                    new Librarian.Usage(0, 0),
                    TOO_LONG,
                    null);
        }
        var prompted = new Prompted(
                chat.name(),
                AnswerPrompt.TEMPLATE.version(),
                chat.contextTokens(),
                chat.answerTokens(),
                prompt.passages());
        var shown = new Shown(tokens);
        ChatModel.Completion completion;
        try {
            completion = chat.complete(prompt.prompt(), shown, isCancelled);
        } catch (Failure.Unavailable e) {
            LOG.log(
                    Level.WARNING,
                    () -> "the chat model " + chat.name() + " failed: " + e.code() + ": " + e.getCause());
            // What came of the broken answer is replaced at the end; the two would read as one.
            Consumer<String> further = shown.shownAny() ? token -> {} : shown.tokens;
            var draft = otherwise.write(question, passages, further, isCancelled);
            return instead(draft, draft.usage(), e.getMessage(), prompted);
        }
        if (completion.end() == ChatModel.End.CANCELLED) {
            throw new CancellationException("nobody waits for the answer any more");
        }
        var text = THOUGHTS.matcher(completion.text()).replaceFirst("").strip();
        if (bare(text).startsWith(NOT_IN_DOCUMENTS)) {
            return new Draft("", List.of(), completion.usage(), name(), null, prompted);
        }
        var claims =
                Claims.of(text, prompt.passages(), new Support(embeddings, question, prompt.passages()), isCancelled);
        if (claims.text().isEmpty() && !declines(text)) {
            var draft = otherwise.write(question, passages, token -> {}, isCancelled);
            return instead(draft, completion.usage(), NOTHING_BACKED, prompted);
        }
        return new Draft(
                claims.text(), claims.quotes(), completion.usage(), name(), notice(claims, completion.end()), prompted);
    }

    private static String bare(String text) {
        return text.replaceAll("[^\\p{L}]", "").toUpperCase(Locale.ROOT);
    }

    /** Whether all that a model says, and cites nothing for it, is that something is not said: many do in own words. */
    private static boolean declines(String text) {
        return !CITES.matcher(text).find()
                && Sentences.of(text).stream()
                        .map(range -> Wording.of(text.substring(range.start(), range.end())))
                        .allMatch(sentence ->
                                sentence.denials() > 0 || sentence.sequence().isEmpty());
    }

    private static Draft instead(
            Draft draft, Librarian.Usage usage, @Nullable String why, @Nullable Prompted prompted) {
        var notice = why + " These are the documents' own sentences instead.";
        return new Draft(draft.text(), draft.quotes(), usage, draft.writer(), notice, prompted);
    }

    /** Whether a notice says that the answer was cut. */
    public static boolean isCut(@Nullable String notice) {
        return notice != null && notice.contains(CUT);
    }

    private static @Nullable String notice(Claims claims, ChatModel.End end) {
        var cut = end == ChatModel.End.CUT ? CUT + " " : "";
        var leftOut =
                switch (claims.leftOut()) {
                    case 0 -> "";
                    case 1 -> "Left out: one sentence of the chat model that these documents do not back.";
                    default ->
                        "Left out: " + claims.leftOut()
                                + " sentences of the chat model that these documents do not back.";
                };
        var notice = (cut + leftOut).strip();
        return notice.isEmpty() ? null : notice;
    }

    /** Passes on what a reader may see come: neither thoughts nor what stands for "not found". */
    private static final class Shown implements Consumer<String> {
        private final Consumer<String> tokens;
        private final StringBuilder held = new StringBuilder();
        private boolean flowing;

        Shown(Consumer<String> tokens) {
            this.tokens = tokens;
        }

        boolean shownAny() {
            return flowing;
        }

        @Override
        public void accept(String token) {
            if (flowing) {
                tokens.accept(token);
                return;
            }
            held.append(token);
            var text = THOUGHTS.matcher(held).replaceFirst("").stripLeading();
            if (!mayBeNotFound(text) && !"<think>".startsWith(text)) {
                flowing = true;
                tokens.accept(text);
            }
        }

        private static boolean mayBeNotFound(String text) {
            var said = bare(text);
            return NOT_IN_DOCUMENTS.startsWith(said.substring(0, Math.min(said.length(), NOT_IN_DOCUMENTS.length())));
        }
    }
}
