package dev.gatehouse;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Stands between a service and its Postgres, and reads which statements it has parsed: the messages {@code Parse} of the
 * frontend/backend protocol, version 3.
 */
final class StatementRecorder implements AutoCloseable {
    private final int target;
    private final ServerSocket listener;
    private final ExecutorService connections = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<String> statements = new ConcurrentSkipListSet<>();

    /** In front of a server at a port of this machine. */
    StatementRecorder(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        connections.execute(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Each as {@code PREPARE} takes it behind the statement's name: the parameters' types and the text, in one line. */
    Set<String> statements() {
        return new TreeSet<>(statements);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                connections.execute(() -> connect(client));
            }
        } catch (SocketException e) {
            return; // Closed.
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void connect(Socket client) {
        try (client;
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
            connections.execute(() -> pump(server, client));
            read(
                    new DataInputStream(new BufferedInputStream(client.getInputStream())),
                    new DataOutputStream(new BufferedOutputStream(server.getOutputStream())));
        } catch (IOException e) {
            return; // One of the two has gone.
        }
    }

    private static void pump(Socket from, Socket to) {
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException e) {
            return; // Likewise.
        }
    }

    private void read(DataInputStream in, DataOutputStream out) throws IOException {
        byte[] startup = in.readNBytes(in.readInt() - Integer.BYTES);
        out.writeInt(startup.length + Integer.BYTES);
        out.write(startup);
        out.flush();
        while (true) {
            int type = in.read();
            if (type < 0) {
                throw new EOFException();
            }
            byte[] message = in.readNBytes(in.readInt() - Integer.BYTES);
            if (type == 'P') {
                record(ByteBuffer.wrap(message));
            }
            out.write(type);
            out.writeInt(message.length + Integer.BYTES);
            out.write(message);
            if (in.available() == 0) {
                out.flush();
            }
        }
    }

    private void record(ByteBuffer parse) {
        text(parse); // The name.
        String statement = text(parse);
        int parameters = parse.getShort();
        String types = IntStream.range(0, parameters)
                .mapToObj(n -> Integer.toString(parse.getInt()))
                .collect(Collectors.joining(","));
        statements.add("(" + types + ") AS "
                + statement.replaceAll("--.*", "").replaceAll("\\s+", " ").strip());
    }

    private static String text(ByteBuffer message) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte next = message.get(); next != 0; next = message.get()) {
            bytes.write(next);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        connections.shutdownNow();
    }
}
