"""The language model: the only file that talks to langchain and openai. Every failure is ModelUnavailable; the caller then goes on without."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.chat import masking, prompts
from core.chat.proposals import Briefing, Proposal, Refused, proposal_from_call
from core.errors import BadQuestion, ModelUnavailable
from core.settings import Settings

if TYPE_CHECKING:
    import polars as pl
    from langchain_core.messages import AIMessage
    from langchain_openai import ChatOpenAI

RETRIES = 1  # the person waits: one more try, then the answer without the model
LONGEST_REPLY = 20_000  # characters; a server that ignores the token cap is cut off here


@dataclass(frozen=True)
class Model:
    """A language model behind the OpenAI protocol. It sees the question, the vocabulary and masked figures, never a stored name."""

    name: str
    _chat: ChatOpenAI = field(repr=False)

    def propose_query(self, question: str, briefing: Briefing, refused: Refused | None = None) -> Proposal:
        """Read a question as a sales query, else as SQL, else ask back or decline. `refused` starts the one repair round.

        Errors: ModelUnavailable (no answer, or one that is no proposal), BadQuestion (a proposal that names something unknown).
        """
        mask = masking.mask_of(question, briefing.names)
        messages = prompts.proposal_messages(mask.hide(question), briefing, mask, refused)
        with _translated():
            reply = self._chat.bind_tools(prompts.TOOLS, tool_choice="required").invoke(messages)
        return _proposal_of(reply, briefing, mask)

    def stream_sentence(self, question: str, reading: str, frame: pl.DataFrame, briefing: Briefing) -> Iterator[str]:
        """Pieces of one or two plain sentences about the first rows of `frame`; every text in them is masked on the way out and put back.

        What comes back is not checked yet: `grounding` does that before anything is shown. Errors: ModelUnavailable.
        """
        plain = {value for values in briefing.fixed_values.values() for value in values}
        known = masking.mask_of(f"{question}\n{reading}", briefing.names)
        mask, masked = masking.mask_frame(frame.head(prompts.MOST_ROWS), known, plain)
        messages = prompts.sentence_messages(mask.hide(question), mask.hide(reading), masked)
        with _translated():
            yield from mask.restore_pieces(_capped(chunk.text for chunk in self._chat.stream(messages)))


def open_model(settings: Settings) -> Model | None:
    """The model of the settings, or None when no key is set. Nothing is sent before the first question."""
    if settings.openai_api_key is None:
        return None
    from langchain_openai import ChatOpenAI  # takes seconds to import; only those who use a model wait for it

    chat = ChatOpenAI(
        model=settings.openai_model,
        api_key=settings.openai_api_key,
        base_url=settings.openai_base_url,
        timeout=settings.openai_seconds,
        stream_chunk_timeout=settings.openai_seconds,
        max_retries=RETRIES,
        max_completion_tokens=settings.openai_tokens,
        temperature=0,
        use_responses_api=False,
    )
    return Model(settings.openai_model, chat)


@contextmanager
def _translated() -> Iterator[None]:
    """Whatever goes wrong between here and the model's server becomes one error with a sentence for people."""
    import httpx
    import openai

    try:
        yield
    except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
        raise ModelUnavailable("The language model does not accept its key. Check OPENAI_API_KEY.") from error
    except openai.RateLimitError as error:
        raise ModelUnavailable("The language model is busy or its allowance is used up. The question was answered without it.") from error
    except (openai.APITimeoutError, TimeoutError) as error:
        raise ModelUnavailable("The language model took too long. The question was answered without it.") from error
    except (openai.OpenAIError, httpx.HTTPError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise ModelUnavailable from error  # the client raises plain errors for replies that do not follow the protocol


def _proposal_of(reply: AIMessage, briefing: Briefing, mask: masking.Mask) -> Proposal:
    if not reply.tool_calls:
        raise ModelUnavailable
    call = reply.tool_calls[0]
    tokens = reply.usage_metadata["total_tokens"] if reply.usage_metadata else 0
    arguments: dict[str, Any] = call["args"]
    if len(json.dumps(arguments, default=str)) > LONGEST_REPLY:
        raise BadQuestion("The model's reply is too long. Ask the question in other words.")
    return proposal_from_call(call["name"], mask.restore_arguments(call["name"], arguments), briefing, tokens)


def _capped(pieces: Iterator[str]) -> Iterator[str]:
    length = 0
    for piece in pieces:
        length += len(piece)
        if length > LONGEST_REPLY:
            return
        yield piece
