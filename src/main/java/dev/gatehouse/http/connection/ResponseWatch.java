package dev.gatehouse.http.connection;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Bounds how long a response may take: until it begins, and while it is written to a client that reads slowly. It looks once a
 * second while an exchange is under way, which costs less than a timer for each request. All of it runs on the connection's event
 * loop.
 */
final class ResponseWatch {
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    /** How long the client may take no byte at all. */
    private static final Duration STALL = Duration.ofSeconds(20);

    /** What a client must read at least in a second, beyond {@link #STALL}. */
    private static final int BYTES_A_SECOND = 8 * 1024;

    private final ChannelHandlerContext context;
    private final Runnable late;
    private final long patienceNanos;

    private boolean looking;
    private boolean open;
    private boolean begun;
    private boolean whole;
    private long quietSince;
    private long bytes;
    private long bytesSeen;

    private boolean writing;
    private long writingSince;
    private long progressSince;
    private long lastPending;
    private long lastProgress;

    /**
     * @param context that of the exchange
     * @param patience how long after the end of its request a response must begin. Also how long the service may then write
     *     nothing
     * @param late called once when no response has begun in time
     */
    ResponseWatch(ChannelHandlerContext context, Duration patience, Runnable late) {
        this.context = context;
        this.late = late;
        // Seen up to an interval later.
        this.patienceNanos = patience.minus(INTERVAL).toNanos();
    }

    /** An exchange begins. */
    void begin() {
        open = true;
        begun = false;
        whole = false;
        bytes = 0;
        writing = false;
    }

    /** The request was read whole. */
    void requestWhole() {
        whole = true;
        quietSince = System.nanoTime();
        look();
    }

    /** The head of the final response is written. */
    void responseBegun() {
        begun = true;
        if (!whole) {
            quietSince = System.nanoTime();
            look();
        }
    }

    /** So many bytes of a response are handed to the connection. */
    void wrote(long count) {
        bytes += count;
    }

    /** The response has gone to the operating system, or the connection is about to close. */
    void end() {
        open = false;
        writing = false;
    }

    private void look() {
        if (!looking) {
            looking = true;
            schedule();
        }
    }

    private void schedule() {
        var unused = context.executor().schedule(this::tick, INTERVAL.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void tick() {
        ChannelOutboundBuffer out = context.channel().unsafe().outboundBuffer();
        if (!open || out == null) {
            looking = false;
            return;
        }
        long now = System.nanoTime();
        long pending = out.totalPendingWriteBytes();
        if (pending > 0) {
            seeWriting(now, pending, out.currentProgress());
        } else {
            writing = false;
            seeQuiet(now);
        }
        schedule();
    }

    private void seeWriting(long now, long pending, long progress) {
        if (!writing) {
            writing = true;
            writingSince = now;
            progressSince = now;
        } else if (pending != lastPending || progress != lastProgress) {
            progressSince = now;
        }
        lastPending = pending;
        lastProgress = progress;
        quietSince = now;
        boolean stalled = now - progressSince >= STALL.toNanos();
        boolean slow =
                now - writingSince >= STALL.plusSeconds(bytes / BYTES_A_SECOND).toNanos();
        if (stalled || slow) {
            close();
        }
    }

    /** Nothing waits for the client: it is the service that has to act. */
    private void seeQuiet(long now) {
        if (bytes != bytesSeen) {
            bytesSeen = bytes;
            quietSince = now;
        }
        if (now - quietSince < patienceNanos) {
            return;
        }
        if (begun) {
            close();
        } else if (whole) {
            late.run();
        }
    }

    /** From here and not from the end of the pipeline, where Vert.x would first wait until all is written. */
    private void close() {
        end();
        var unused = context.close(); // Nobody is left to be told how that went.
    }
}
