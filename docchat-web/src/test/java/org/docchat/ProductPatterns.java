package org.docchat;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.lang.model.element.Element;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.tools.ToolProvider;

/**
 * Every regular expression of the product, wherever it stands: the compiler itself says which call takes one and what
 * its constants are.
 */
final class ProductPatterns extends TreePathScanner<Void, Void> {
    /** @param whole if it is only ever matched with whole texts, never looked for in them */
    record Found(String where, String regex, int flags, boolean whole) {
        Pattern pattern() {
            return Pattern.compile(regex, flags);
        }
    }

    private static final Set<String> TAKING_ONE = Set.of(
            "java.util.regex.Pattern.compile",
            "java.util.regex.Pattern.matches",
            "java.lang.String.matches",
            "java.lang.String.split",
            "java.lang.String.replaceAll",
            "java.lang.String.replaceFirst",
            "java.util.Scanner.useDelimiter",
            "java.util.Scanner.findInLine");

    private final Trees trees;
    private final Map<String, Found> found = new TreeMap<>();
    private final List<String> unknown = new ArrayList<>();
    private final Map<Element, Boolean> onlyWhole;

    private ProductPatterns(Trees trees, Map<Element, Boolean> onlyWhole) {
        this.trees = trees;
        this.onlyWhole = onlyWhole;
    }

    /** @throws AssertionError if there is one that is put together while the product runs */
    static List<Found> all(Path root) throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            var options = List.of(
                    "-proc:none", "-XDshould-stop.ifError=FLOW", "-classpath", System.getProperty("java.class.path"));
            // What a module's own dependencies are is not on this path; the calls that matter are the JDK's.
            var task = (JavacTask) compiler.getTask(
                    null, files, diagnostic -> {}, options, null, files.getJavaFileObjectsFromPaths(sources(root)));
            var units = new ArrayList<CompilationUnitTree>();
            task.parse().forEach(units::add);
            task.analyze();
            var trees = Trees.instance(task);
            var uses = new Uses(trees);
            uses.scan(units, null);
            var patterns = new ProductPatterns(trees, uses.onlyWhole);
            patterns.scan(units, null);
            if (!patterns.unknown.isEmpty()) {
                throw new AssertionError("no constants: " + patterns.unknown);
            }
            return List.copyOf(patterns.found.values());
        }
    }

    private static List<Path> sources(Path root) throws IOException {
        var sources = new ArrayList<Path>();
        for (var module : List.of("docchat-domain", "docchat-ingest", "docchat-query", "docchat-web")) {
            try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src/main/java"))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
            }
        }
        return sources;
    }

    @Override
    public Void visitMethodInvocation(MethodInvocationTree call, Void none) {
        var name = called(trees, getCurrentPath());
        if (TAKING_ONE.contains(name) && !call.getArguments().isEmpty()) {
            var where = getCurrentPath().getCompilationUnit().getSourceFile().getName();
            where = where.substring(where.lastIndexOf('/') + 1).replace(".java", "");
            var argument = call.getArguments().get(0);
            var text = where + ": " + argument;
            int flags = call.getArguments().size() == 1 || !name.equals("java.util.regex.Pattern.compile")
                    ? 0
                    : Integer.parseInt(constant(new TreePath(
                                    getCurrentPath(), call.getArguments().get(1)))
                            .orElseThrow());
            constant(new TreePath(getCurrentPath(), argument))
                    .ifPresentOrElse(
                            regex -> found.merge(
                                    text,
                                    new Found(text, regex, flags, isWhole(name)),
                                    (one, other) -> one.whole() ? other : one),
                            () -> unknown.add(text));
        }
        return super.visitMethodInvocation(call, none);
    }

    private boolean isWhole(String name) {
        var around = getCurrentPath().getParentPath();
        return name.endsWith(".matches")
                || around.getLeaf() instanceof VariableTree && onlyWhole.getOrDefault(trees.getElement(around), false);
    }

    private Optional<String> constant(TreePath path) {
        var tree = path.getLeaf();
        if (tree instanceof LiteralTree literal) {
            return Optional.of(String.valueOf(literal.getValue()));
        }
        if (tree instanceof ParenthesizedTree inner) {
            return constant(new TreePath(path, inner.getExpression()));
        }
        if (tree instanceof BinaryTree sum && tree.getKind() == Tree.Kind.PLUS) {
            return constant(new TreePath(path, sum.getLeftOperand()))
                    .flatMap(left ->
                            constant(new TreePath(path, sum.getRightOperand())).map(right -> left + right));
        }
        if (tree.toString().equals("File.pathSeparator")) {
            return Optional.of(File.pathSeparator);
        }
        return trees.getElement(path) instanceof VariableElement variable
                ? Optional.ofNullable(variable.getConstantValue()).map(String::valueOf)
                : Optional.empty();
    }

    /** As {@code java.lang.String.split}; empty for what is no method. */
    private static String called(Trees trees, TreePath call) {
        var method = trees.getElement(call);
        return method != null && method.getEnclosingElement() instanceof TypeElement type
                ? type.getQualifiedName() + "." + method.getSimpleName()
                : "";
    }

    /** Which patterns are asked for nothing but {@code matcher(…).matches()}. */
    private static final class Uses extends TreePathScanner<Void, Void> {
        private final Trees trees;
        private final Map<Element, Boolean> onlyWhole = new HashMap<>();

        private Uses(Trees trees) {
            this.trees = trees;
        }

        @Override
        public Void visitMethodInvocation(MethodInvocationTree call, Void none) {
            if (call.getMethodSelect() instanceof MemberSelectTree select
                    && select.getIdentifier()
                            .toString()
                            .matches("matcher|asPredicate|asMatchPredicate|split|splitAsStream")) {
                ExpressionTree pattern = select.getExpression();
                var field = trees.getElement(new TreePath(getCurrentPath(), pattern));
                var around = getCurrentPath().getParentPath().getLeaf();
                boolean whole = around instanceof MemberSelectTree next
                        && next.getIdentifier().contentEquals("matches");
                if (field != null) {
                    onlyWhole.merge(field, whole, Boolean::logicalAnd);
                }
            }
            return super.visitMethodInvocation(call, none);
        }
    }
}
