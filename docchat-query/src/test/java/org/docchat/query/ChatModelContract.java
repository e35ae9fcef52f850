package org.docchat.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.docchat.domain.Failure;
import org.docchat.query.ChatModel.End;
import org.docchat.query.ChatModel.Prompt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What writers rely on, be it with the fake or with a server. */
public interface ChatModelContract {
    Prompt PROMPT = new Prompt("You answer.", "How long?");

    ChatModel thatWrites(List<String> pieces);

    ChatModel thatNeverEnds();

    ChatModel thatFails();

    @Test
    default void whatItTellsPieceByPieceIsWhatItReturns() {
        var told = new ArrayList<String>();
        var completion = thatWrites(List.of("Refunds ", "take ", "14 days – ", "größer [1]."))
                .complete(PROMPT, told::add, () -> false);

        assertThat(completion.text()).isEqualTo("Refunds take 14 days – größer [1].");
        assertThat(String.join("", told)).isEqualTo(completion.text());
        assertThat(completion.end()).isEqualTo(End.COMPLETE);
        assertThat(completion.usage().promptTokens()).isPositive();
        assertThat(completion.usage().completionTokens()).isPositive();
    }

    @Test
    @Tag("P6")
    default void anAnswerWithoutEndIsCutAndAccountedFor() {
        var model = thatNeverEnds();
        var completion = model.complete(PROMPT, token -> {}, () -> false);

        assertThat(completion.end()).isEqualTo(End.CUT);
        assertThat(completion.text()).isNotEmpty().hasSizeLessThan(10 * model.answerTokens());
        assertThat(completion.usage().completionTokens()).isPositive();
    }

    @Test
    @Tag("F9")
    default void itStopsWhenTheReaderHasGone() {
        var gone = new AtomicBoolean();
        var completion = thatNeverEnds().complete(PROMPT, token -> gone.set(true), gone::get);

        assertThat(completion.end()).isEqualTo(End.CANCELLED);
    }

    @Test
    @Tag("F4")
    default void itsFailureIsOneThatAReaderCanBeTold() {
        assertThatThrownBy(() -> thatFails().complete(PROMPT, token -> {}, () -> false))
                .isInstanceOfSatisfying(Failure.Unavailable.class, failure -> {
                    assertThat(failure.code()).startsWith("chat_model_");
                    assertThat(failure).hasMessageEndingWith(".");
                });
    }
}
