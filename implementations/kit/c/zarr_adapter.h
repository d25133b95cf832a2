/*
 * What an adapter in C needs: the message loop, and elements to bytes.
 *
 * An adapter is a process that answers questions about Zarr stores, one JSON object a line, on
 * standard input and output; implementations/README.md gives the messages. This file needs nothing
 * but C99 and POSIX, and a new adapter can start with a copy of it:
 *
 *     #include "zarr_adapter.h"
 *
 *     static void read_array(const zarr_place *place) {
 *       library_array *array = library_open(place->store, place->path);
 *       if (array == NULL) {
 *         zarr_refused("open", library_error());
 *       } else if (library_read(array) != 0) {
 *         zarr_refused("read", library_error());
 *       } else {
 *         zarr_elements("uint16", array->rank, array->shape, array->data, array->size);
 *       }
 *     }
 *
 *     static void answer(const char *question, const zarr_place *place) {
 *       if (strcmp(question, "read") == 0) read_array(place);
 *       else zarr_unsupported(question);
 *     }
 *
 *     int main(void) { return zarr_serve("library", "1.2.3", answer); }
 *
 * Each question is answered once. What is no question, memory that cannot be had, and a second or a
 * missing answer end the process, as a crash does: they are no word on the data.
 */

#ifndef ZARR_ADAPTER_H
#define ZARR_ADAPTER_H

#define _POSIX_C_SOURCE 200809L

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ZARR_LONGEST_MESSAGE = 1000, ZARR_MOST_DIMENSIONS = 64 };

/* Where the node is that a question is about, and which region of it is wanted, if one is. */
typedef struct {
  char *store;
  char *path;
  int zarr_format;
  size_t dimensions; /* of start and stop */
  uint64_t start[ZARR_MOST_DIMENSIONS];
  uint64_t stop[ZARR_MOST_DIMENSIONS];
} zarr_place;

typedef void (*zarr_question)(const char *question, const zarr_place *place);

static FILE *zarr_out;
static uint64_t zarr_id;
static int zarr_answers;

/* A fault of the adapter or of the harness. */
static void zarr_die(const char *why) {
  fprintf(stderr, "zarr_adapter: %s\n", why);
  exit(70);
}

static void zarr_begin(const char *kind) {
  if (zarr_answers++ > 0) zarr_die("a question was answered twice");
  fprintf(zarr_out, "{\"id\": %llu, \"%s\": {", (unsigned long long)zarr_id, kind);
}

static void zarr_end(void) {
  fputs("}}\n", zarr_out);
  if (fflush(zarr_out) != 0) zarr_die("the answer cannot be written");
}

/* A text in quotes. What is not ASCII becomes a question mark: a message need not be exact. */
static void zarr_text(const char *text, size_t longest) {
  fputc('"', zarr_out);
  for (size_t i = 0; text[i] != '\0' && i < longest; i++) {
    unsigned char c = (unsigned char)text[i];
    if (c == '"' || c == '\\') fputc('\\', zarr_out);
    fputc(c >= 0x20 && c < 0x7f ? c : c == '\n' || c == '\t' ? ' ' : '?', zarr_out);
  }
  fputc('"', zarr_out);
}

static void zarr_base64(const unsigned char *data, size_t size) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < size; i += 3) {
    size_t left = size - i;
    uint32_t three = (uint32_t)data[i] << 16;
    if (left > 1) three |= (uint32_t)data[i + 1] << 8;
    if (left > 2) three |= data[i + 2];
    fputc(digits[three >> 18], zarr_out);
    fputc(digits[three >> 12 & 63], zarr_out);
    fputc(left > 1 ? digits[three >> 6 & 63] : '=', zarr_out);
    fputc(left > 2 ? digits[three & 63] : '=', zarr_out);
  }
}

/* The answer to "read": size bytes, all elements in C order, little-endian. */
static inline void zarr_elements(const char *data_type, size_t dimensions, const uint64_t *shape,
                                 const void *bytes, size_t size) {
  zarr_begin("returned");
  fputs("\"data_type\": ", zarr_out);
  zarr_text(data_type, SIZE_MAX);
  fputs(", \"shape\": [", zarr_out);
  for (size_t i = 0; i < dimensions; i++) {
    fprintf(zarr_out, "%s%llu", i > 0 ? ", " : "", (unsigned long long)shape[i]);
  }
  fputs("], \"elements\": \"", zarr_out);
  zarr_base64(bytes, size);
  fputc('"', zarr_out);
  zarr_end();
}

/* The library said no, while opening the node ("open") or reading elements ("read"). */
static inline void zarr_refused(const char *stage, const char *message) {
  zarr_begin("refused");
  fprintf(zarr_out, "\"stage\": \"%s\", \"message\": ", stage);
  zarr_text(message, ZARR_LONGEST_MESSAGE);
  zarr_end();
}

/* The adapter cannot put this question to its library, or cannot pass on the answer. */
static inline void zarr_unsupported(const char *why) {
  zarr_begin("unsupported");
  fputs("\"message\": ", zarr_out);
  zarr_text(why, ZARR_LONGEST_MESSAGE);
  zarr_end();
}

/* What follows reads one question. at is the place in the line, which is moved on. */

static void zarr_expect(char **at, char c) {
  if (**at != c) zarr_die("the line is no question");
  (*at)++;
}

/* White space and a comma between two members are skipped alike: the harness writes JSON. */
static char zarr_next(char **at) {
  while (**at == ' ' || **at == ',' || **at == ':' || **at == '\t' || **at == '\r') (*at)++;
  return **at;
}

static uint32_t zarr_hex4(char **at) {
  uint32_t value = 0;
  for (int i = 0; i < 4; i++) {
    char c = *(*at)++;
    if (c >= '0' && c <= '9') value = value << 4 | (uint32_t)(c - '0');
    else if (c >= 'a' && c <= 'f') value = value << 4 | (uint32_t)(c - 'a' + 10);
    else if (c >= 'A' && c <= 'F') value = value << 4 | (uint32_t)(c - 'A' + 10);
    else zarr_die("the line is no question");
  }
  return value;
}

/* A code point in UTF-8, which is never longer than the escape that it is made from. */
static char *zarr_utf8(char *out, uint32_t c) {
  if (c < 0x80) {
    *out++ = (char)c;
    return out;
  }
  if (c >= 0x10000) {
    *out++ = (char)(0xf0 | c >> 18);
    *out++ = (char)(0x80 | (c >> 12 & 63));
  } else if (c >= 0x800) {
    *out++ = (char)(0xe0 | c >> 12);
  } else {
    *out++ = (char)(0xc0 | c >> 6);
    *out++ = (char)(0x80 | (c & 63));
    return out;
  }
  *out++ = (char)(0x80 | (c >> 6 & 63));
  *out++ = (char)(0x80 | (c & 63));
  return out;
}

/* A string, decoded where it stands. */
static char *zarr_string(char **at) {
  zarr_expect(at, '"');
  char *start = *at, *out = *at;
  while (**at != '"') {
    if (**at == '\0') zarr_die("the line is no question");
    if (**at != '\\') {
      *out++ = *(*at)++;
      continue;
    }
    (*at)++;
    char c = *(*at)++;
    if (c == 'u') {
      uint32_t code = zarr_hex4(at);
      if (code >= 0xd800 && code < 0xdc00 && (*at)[0] == '\\' && (*at)[1] == 'u') {
        *at += 2;
        code = 0x10000 + ((code - 0xd800) << 10) + (zarr_hex4(at) - 0xdc00);
      }
      out = zarr_utf8(out, code);
    } else {
      static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
      const char *found = c == '\0' ? NULL : strchr(from, c);
      *out++ = found ? to[found - from] : c;
    }
  }
  (*at)++;
  *out = '\0';
  return start;
}

static uint64_t zarr_number(char **at) {
  char *end;
  uint64_t value = strtoull(*at, &end, 10);
  if (end == *at) zarr_die("the line is no question");
  *at = end;
  return value;
}

static size_t zarr_numbers(char **at, uint64_t *numbers) {
  size_t count = 0;
  zarr_expect(at, '[');
  while (zarr_next(at) != ']') {
    if (count == ZARR_MOST_DIMENSIONS) zarr_die("there are too many dimensions");
    numbers[count++] = zarr_number(at);
  }
  (*at)++;
  return count;
}

/* A value that this file has no use for. */
static void zarr_skip(char **at) {
  int depth = 0;
  do {
    char c = zarr_next(at);
    if (c == '\0') zarr_die("the line is no question");
    if (c == '"') {
      zarr_string(at);
      continue;
    }
    if (c == '{' || c == '[') depth++;
    if (c == '}' || c == ']') depth--;
    (*at)++;
    if (depth == 0 && c != '}' && c != ']') *at += strcspn(*at, ",]}");
  } while (depth > 0);
}

static void zarr_parameters(char **at, zarr_place *place) {
  zarr_expect(at, '{');
  while (zarr_next(at) != '}') {
    const char *name = zarr_string(at);
    zarr_next(at);
    if (strcmp(name, "store") == 0) place->store = zarr_string(at);
    else if (strcmp(name, "path") == 0) place->path = zarr_string(at);
    else if (strcmp(name, "zarr_format") == 0) place->zarr_format = (int)zarr_number(at);
    else if (strcmp(name, "start") == 0) place->dimensions = zarr_numbers(at, place->start);
    else if (strcmp(name, "stop") == 0) place->dimensions = zarr_numbers(at, place->stop);
    else zarr_skip(at);
  }
  (*at)++;
}

/* The name of the question in a line, whose id and parameters are stored. */
static const char *zarr_parse(char *line, zarr_place *place) {
  const char *question = NULL;
  char *at = line;
  zarr_next(&at);
  zarr_expect(&at, '{');
  while (zarr_next(&at) != '}') {
    const char *name = zarr_string(&at);
    zarr_next(&at);
    if (strcmp(name, "id") == 0) {
      zarr_id = zarr_number(&at);
    } else {
      question = name;
      zarr_parameters(&at, place);
    }
  }
  if (question == NULL) zarr_die("the line is no question");
  return question;
}

static void zarr_describe(const char *name, const char *version) {
  zarr_begin("returned");
  fputs("\"name\": ", zarr_out);
  zarr_text(name, SIZE_MAX);
  fputs(", \"version\": ", zarr_out);
  zarr_text(version, SIZE_MAX);
  fputs(", \"language\": \"c\", \"libraries\": {}", zarr_out);
  zarr_end();
}

/* Answer until told to stop, or until there are no more questions. */
static inline int zarr_serve(const char *name, const char *version, zarr_question answer) {
  char *line = NULL;
  size_t capacity = 0;
  zarr_out = fdopen(dup(STDOUT_FILENO), "w"); /* what else is printed goes to standard error */
  if (zarr_out == NULL || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) zarr_die("there is no output");
  while (getline(&line, &capacity, stdin) >= 0) {
    zarr_place place = {0};
    zarr_answers = 0;
    const char *question = zarr_parse(line, &place);
    if (strcmp(question, "stop") == 0) break;
    if (strcmp(question, "describe") == 0) zarr_describe(name, version);
    else answer(question, &place);
    if (zarr_answers == 0) zarr_die("a question was not answered");
  }
  free(line);
  return 0;
}

#endif
