package org.docchat.domain;

import java.util.Arrays;

/**
 * A text's place in a model's space: a vector of length 1, so that the dot product of two is their cosine.
 *
 * @param vector not copied; treat as immutable
 */
public record Embedding(float[] vector) {
    public Embedding {
        double norm = product(vector, vector);
        // Also false for NaN and infinities.
        if (!(Math.abs(norm - 1) < 1e-3)) {
            throw new IllegalArgumentException("not a unit vector: squared norm " + norm);
        }
    }

    /** Scales a vector to length 1. */
    public static Embedding normalized(float[] vector) {
        double norm = product(vector, vector);
        float scale = (float) (1 / Math.sqrt(norm));
        var unit = new float[vector.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = vector[i] * scale;
        }
        return new Embedding(unit);
    }

    /** The cosine of the angle to another embedding of the same model, in [-1, 1]. */
    public double cosine(Embedding other) {
        if (vector.length != other.vector.length) {
            throw new IllegalArgumentException(vector.length + " dimensions compared with " + other.vector.length);
        }
        return product(vector, other.vector);
    }

    /** In four sums: one addition need not wait for the one before. */
    private static double product(float[] one, float[] other) {
        double first = 0;
        double second = 0;
        double third = 0;
        double fourth = 0;
        int i = 0;
        for (; i + 3 < one.length; i += 4) {
            first += one[i] * other[i];
            second += one[i + 1] * other[i + 1];
            third += one[i + 2] * other[i + 2];
            fourth += one[i + 3] * other[i + 3];
        }
        for (; i < one.length; i++) {
            first += one[i] * other[i];
        }
        return first + second + (third + fourth);
    }

    /** The signs of the coordinates, '1' for positive, for a scan that compares bits before it compares numbers. */
    public String signs() {
        var signs = new StringBuilder(vector.length);
        for (float x : vector) {
            signs.append(x > 0 ? '1' : '0');
        }
        return signs.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Embedding that && Arrays.equals(vector, that.vector);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(vector);
    }

    @Override
    public String toString() {
        return "Embedding[" + vector.length + "]";
    }
}
