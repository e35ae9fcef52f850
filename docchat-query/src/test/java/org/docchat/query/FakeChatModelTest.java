package org.docchat.query;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The fake chat model")
class FakeChatModelTest implements ChatModelContract {
    @Override
    public ChatModel thatWrites(List<String> pieces) {
        return FakeChatModel.thatAnswers(prompt -> pieces.stream());
    }

    @Override
    public ChatModel thatNeverEnds() {
        return FakeChatModel.thatAnswers(prompt -> Stream.generate(() -> "on and on "));
    }

    @Override
    public ChatModel thatFails() {
        return FakeChatModel.thatFails();
    }
}
