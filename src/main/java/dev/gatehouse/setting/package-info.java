/**
 * Converters of settings, and what makes settings from the environment mean what they say: secrets byte for byte, PEM files with
 * numbers. A converter takes any text, so that one message at the start can name all faults.
 */
@NullMarked
package dev.gatehouse.setting;

import org.jspecify.annotations.NullMarked;
