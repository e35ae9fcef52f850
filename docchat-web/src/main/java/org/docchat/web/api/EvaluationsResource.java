package org.docchat.web.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import org.docchat.domain.CollectionId;
import org.docchat.domain.EvaluationId;
import org.docchat.domain.Failure;
import org.docchat.query.Evaluations;
import org.docchat.web.security.CurrentCaller;
import org.docchat.web.security.QuestionLimit;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** How well a collection answers. */
@Path("collections/{id}/evaluations")
@RequestScoped
@Tag(name = "Evaluations")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class EvaluationsResource {
    @Inject
    Evaluations evaluations;

    @Inject
    CurrentCaller current;

    @Inject
    QuestionLimit limit;

    @POST
    @Operation(
            summary = "Ask a collection many questions and measure the answers",
            description = "Each question names the documents (and pages) that are relevant, and whether the collection"
                    + " holds the answer. They are asked in the background, as people's are, and go on after a restart;"
                    + " follow the run at its `Location`. Figures: recall at 1, 3, 5 and 10, mean reciprocal rank and"
                    + " nDCG at 10 by document, or by page where a question names one; `falseAnswers` are unanswerable"
                    + " questions that were answered, `falseRefusals` answerable ones that were not.")
    @APIResponse(
            responseCode = "202",
            content = @Content(schema = @Schema(implementation = EvaluationViews.Evaluation.class)))
    @APIResponse(responseCode = "409", description = "Too many runs of yours are not done")
    public Response begin(@PathParam("id") String id, Bodies.@Nullable NewEvaluation body) {
        var wanted = Parameters.body(body);
        var collection = CollectionId.parse(id);
        var name = Parameters.optionalText("name", wanted.name(), 200);
        var questions = wanted.questions() == null ? List.<Bodies.EvaluationQuestion>of() : wanted.questions();
        var asked = questions.stream().map(EvaluationsResource::question).toList();
        limit.count(current.caller(), List.of(collection), asked.size());
        Evaluations.Evaluation evaluation;
        try {
            evaluation = evaluations.begin(
                    current.caller(),
                    collection,
                    name == null || name.isBlank() ? "Evaluation" : name.strip(),
                    asked,
                    wanted.embeddingModel());
        } catch (RuntimeException e) {
            limit.takeBack(current.caller(), List.of(collection), asked.size());
            throw e;
        }
        return Response.accepted(EvaluationViews.Evaluation.of(
                        evaluation, evaluations.results(current.caller(), collection, evaluation.id())))
                .location(URI.create("collections/" + collection + "/evaluations/" + evaluation.id()))
                .build();
    }

    private static Evaluations.Question question(Bodies.@Nullable EvaluationQuestion question) {
        if (question == null) {
            throw new Failure.Invalid("invalid_question", "A question is null.");
        }
        var expected = question.expected() == null ? List.<Bodies.ExpectedPlace>of() : question.expected();
        return new Evaluations.Question(
                clean(question.question()),
                expected.stream()
                        .map(each -> each == null
                                ? new Evaluations.Expected("", null)
                                : new Evaluations.Expected(clean(each.document()), each.page()))
                        .toList(),
                question.answerable() == null || question.answerable());
    }

    /** What is missing is refused with its rule like what is empty. PostgreSQL's text refuses U+0000. */
    private static String clean(@Nullable String text) {
        return text == null ? "" : text.replace("\0", "");
    }

    @GET
    @Operation(summary = "My evaluations of a collection, newest first", description = "Without their questions.")
    public Views.Page list(
            @PathParam("id") String id,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        return Views.Page.of(evaluations
                .list(current.caller(), CollectionId.parse(id), Parameters.slice(limit, cursor))
                .map(evaluation -> EvaluationViews.Evaluation.of(evaluation, null)));
    }

    @GET
    @Path("{evaluationId}")
    @Operation(summary = "An evaluation of mine: its progress, its figures, and what came of each question")
    public EvaluationViews.Evaluation get(@PathParam("id") String id, @PathParam("evaluationId") String evaluationId) {
        var collection = CollectionId.parse(id);
        var evaluation = EvaluationId.parse(evaluationId);
        return EvaluationViews.Evaluation.of(
                evaluations.get(current.caller(), collection, evaluation),
                evaluations.results(current.caller(), collection, evaluation));
    }

    @DELETE
    @Path("{evaluationId}")
    @Operation(summary = "End an evaluation of mine, and forget it")
    public void delete(@PathParam("id") String id, @PathParam("evaluationId") String evaluationId) {
        evaluations.delete(current.caller(), CollectionId.parse(id), EvaluationId.parse(evaluationId));
    }
}
