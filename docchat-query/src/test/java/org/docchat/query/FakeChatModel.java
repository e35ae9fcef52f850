package org.docchat.query;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.docchat.domain.Failure;

/** Writes what it is told to write, and remembers what it was asked. */
final class FakeChatModel implements ChatModel {
    private final Function<Prompt, Stream<String>> answer;
    private final int contextTokens;
    final List<Prompt> asked = new ArrayList<>();

    private FakeChatModel(Function<Prompt, Stream<String>> answer, int contextTokens) {
        this.answer = answer;
        this.contextTokens = contextTokens;
    }

    static FakeChatModel thatWrites(String... pieces) {
        return thatAnswers(prompt -> Stream.of(pieces));
    }

    static FakeChatModel thatAnswers(Function<Prompt, Stream<String>> answer) {
        return new FakeChatModel(answer, 8_192);
    }

    static FakeChatModel thatFails() {
        return thatAnswers(prompt -> {
            throw new Failure.Unavailable(
                    "chat_model_failed", "The chat model's server failed.", new IOException("as it was told to"));
        });
    }

    FakeChatModel with(int tokens) {
        return new FakeChatModel(answer, tokens);
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public int contextTokens() {
        return contextTokens;
    }

    @Override
    public int answerTokens() {
        return 400;
    }

    @Override
    public Completion complete(Prompt prompt, Consumer<String> tokens, BooleanSupplier isCancelled) {
        asked.add(prompt);
        var text = new StringBuilder();
        var end = End.COMPLETE;
        for (var pieces = answer.apply(prompt).iterator(); pieces.hasNext() && end == End.COMPLETE; ) {
            var piece = pieces.next();
            text.append(piece);
            tokens.accept(piece);
            if (isCancelled.getAsBoolean()) {
                end = End.CANCELLED;
            } else if (ChatModel.estimateTokens(text.toString()) > answerTokens()) {
                end = End.CUT;
            }
        }
        var usage = new Librarian.Usage(
                ChatModel.estimateTokens(prompt.system() + prompt.user()), ChatModel.estimateTokens(text.toString()));
        return new Completion(text.toString(), end, usage);
    }
}
