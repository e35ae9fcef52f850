package org.docchat.query;

import java.util.ArrayList;
import java.util.List;
import org.docchat.domain.Embedding;
import org.docchat.domain.EmbeddingModel;

/**
 * What the standard model would say where another one says a cosine. Models use their scales differently: what one calls
 * .8 may be .5 for the next. So that rankings by several models can be put together, and what counts as evidence need not
 * be measured for each model, cosines are told on the scale of the standard one, by the line through two points: what
 * questions have with passages that answer them, and the most that they have with others, over a few made for this. The
 * most: of those about the same on average, or of those about something else all but a twentieth. Where the
 * line would blow up the differences between passages about something else beyond what they are for the standard model,
 * it is flatter: what a poor model takes for close must not pass for an answer.
 */
record Calibration(double slope, double intercept) {
    static final Calibration NONE = new Calibration(1, 0);

    private record Example(String question, String answer, String beside) {}

    private static final List<Example> EXAMPLES = List.of(
            new Example(
                    "How many days of annual leave do employees have?",
                    "Full-time employees are entitled to 28 days of paid annual leave per calendar year.",
                    "Requests for leave are sent to the team lead, who answers within a week."),
            new Example(
                    "Up to which amount are hotel costs refunded?",
                    "Hotel costs are refunded up to 140 euros a night; breakfast is paid by the traveller.",
                    "Trips by rail are booked through the travel office at least ten days ahead."),
            new Example(
                    "What does error E42 of the pump mean?",
                    "E42: the pump has run dry. Close the valve, fill the tank and start it again.",
                    "The pump is serviced once a year; wear gloves when you open its housing."),
            new Example(
                    "Who signs purchase orders above ten thousand euros?",
                    "Purchase orders of more than 10,000 euros need the signature of the finance director.",
                    "Suppliers send their invoices by e-mail, with the number of the purchase order."),
            new Example(
                    "When was the lighthouse built?",
                    "The lighthouse was built in 1862 from granite that came by ship.",
                    "From the lighthouse one sees the whole bay, and seals on most days."),
            new Example(
                    "How is a forgotten password reset?",
                    "If you have forgotten your password, choose Reset on the sign-in page; a link comes by mail.",
                    "Passwords have at least twelve characters and are not shared with anybody."),
            new Example(
                    "What causes tides?",
                    "Tides are caused by the gravity of the moon and, to a lesser degree, of the sun.",
                    "Fishing boats leave the harbour with the tide and come back at dusk."),
            new Example(
                    "Which notice period applies during probation?",
                    "During probation either side may end the contract with two weeks' notice.",
                    "After probation the supervisor and the employee agree on goals for the year."),
            new Example(
                    "Does vitamin D lower the risk of fractures?",
                    "In the trial, patients who took vitamin D had 18 % fewer fractures than those on placebo.",
                    "Vitamin D was measured in blood samples that were taken in winter."),
            new Example(
                    "At which temperature is the vaccine stored?",
                    "The vaccine is stored between 2 and 8 degrees Celsius and must not be frozen.",
                    "The vaccine is given into the muscle of the upper arm, twice within a month."));

    static Calibration of(EmbeddingModel standard, EmbeddingModel other) {
        if (standard.name().equals(other.name())) {
            return NONE;
        }
        var wanted = anchors(standard);
        var said = anchors(other);
        if (wanted.answer - wanted.beside < 1e-3) {
            // The standard model cannot tell them apart: then there is no line.
            return NONE;
        }
        double slope = wanted.noise / Math.max(said.noise, 1e-3);
        if (said.answer - said.beside >= 1e-3) {
            slope = Math.min(slope, (wanted.answer - wanted.beside) / (said.answer - said.beside));
        }
        return new Calibration(slope, wanted.beside - slope * said.beside);
    }

    double of(double cosine) {
        return intercept + slope * cosine;
    }

    /** @param noise how much the cosines with what is about something else differ, as a standard deviation */
    private record Anchors(double answer, double beside, double noise) {}

    private static Anchors anchors(EmbeddingModel model) {
        var answers = model.embedPassages(EXAMPLES.stream().map(Example::answer).toList());
        var besides = model.embedPassages(EXAMPLES.stream().map(Example::beside).toList());
        double answer = 0;
        double same = 0;
        var unrelated = new ArrayList<Double>();
        for (int i = 0; i < EXAMPLES.size(); i++) {
            Embedding question = model.embedQuestion(EXAMPLES.get(i).question());
            answer += question.cosine(answers.get(i)) / EXAMPLES.size();
            same += question.cosine(besides.get(i)) / EXAMPLES.size();
            for (int other = 0; other < EXAMPLES.size(); other++) {
                if (other != i) {
                    unrelated.add(question.cosine(answers.get(other)));
                }
            }
        }
        unrelated.sort(null);
        double beside = Math.max(same, unrelated.get(unrelated.size() * 19 / 20));
        double mean = unrelated.stream().mapToDouble(c -> c).average().orElse(0);
        double variance = unrelated.stream()
                .mapToDouble(c -> (c - mean) * (c - mean))
                .average()
                .orElse(0);
        return new Anchors(answer, beside, Math.sqrt(variance));
    }
}
